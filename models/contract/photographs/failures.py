"""What third-party decoders raise on damaged files, and keeping them quiet about what they read."""

import logging
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageCms, UnidentifiedImageError

DECODER_FAILURES: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    Image.DecompressionBombError,
    ImageCms.PyCMSError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    UnidentifiedImageError,
    ValueError,
    struct.error,
    zlib.error,
)
"""Decoders trust their input, so a flipped bit surfaces as almost any built-in error."""

_TALKATIVE = ("PIL", "pydicom", "pylibjpeg", "openjpeg", "tifffile", "imagecodecs")


@contextmanager
def quiet_decoders() -> Iterator[None]:
    """Drop the warnings and log lines of decoders: they quote header values, which may name a patient."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    was_disabled = [logger.disabled for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.disabled = True
        try:
            yield
        finally:
            for logger, before in zip(loggers, was_disabled, strict=True):
                logger.disabled = before
