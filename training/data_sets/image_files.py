"""Picture files of a data folder: what their headers declare, a mask."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from models.contract.photographs.camera_fields import camera_fields
from models.contract.photographs.failures import DECODER_FAILURES, quiet_decoders

_WIDTH_TAG, _HEIGHT_TAG = 256, 257
_SIDEWAYS = (5, 6, 7, 8)
"""EXIF orientations in which width and height change places."""


@dataclass(frozen=True)
class ImageHeader:
    """What a file declares about its picture, before anything is decoded."""

    width_px: int
    height_px: int
    """Of the upright picture, as the reader of photographs decodes it."""
    format: str


def header_of(source: Path | bytes) -> ImageHeader | None:
    """The header of a picture file or of its bytes; None if it is no picture.

    Raises:
        FileNotFoundError: there is no such file.
    """
    try:
        with (
            quiet_decoders(),
            Image.open(BytesIO(source) if isinstance(source, bytes) else source) as picture,
        ):
            width_px, height_px = _stored_size(picture)
            if camera_fields(picture).orientation in _SIDEWAYS:
                width_px, height_px = height_px, width_px
            return ImageHeader(width_px, height_px, picture.format or "")
    except FileNotFoundError:
        raise
    except DECODER_FAILURES:
        return None


def _stored_size(picture: Image.Image) -> tuple[int, int]:
    if isinstance(picture, TiffImagePlugin.TiffImageFile):
        # Pillow has exchanged the sides of a turned TIFF already.
        return int(picture.tag_v2[_WIDTH_TAG]), int(picture.tag_v2[_HEIGHT_TAG])
    return picture.size


def _decoded(content: bytes, flag: int) -> NDArray[np.uint8] | None:
    # OpenCV raises on an empty buffer and on absurd sizes instead of returning None.
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flag)
    except cv2.error:
        return None
    return None if pixels is None else np.asarray(pixels, dtype=np.uint8)
