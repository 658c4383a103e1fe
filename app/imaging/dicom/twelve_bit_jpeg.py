"""JPEG of twelve bits per value (DICOM's Extended, processes 2 and 4), which Pillow cannot read."""

from typing import Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from app.imaging.dicom.codestream import precision_at
from models.contract.photographs.jpeg import check_whole

BITS: Final = 12
_NO_CONVERSION: Final = "YCBCR"


def twelve_bit_samples(frame: bytes, components: int) -> NDArray[np.uint16]:
    """Return the values of a whole picture without any colour conversion, (H, W) or (H, W, 3), 0 .. 4095.

    Raises:
        UnreadablePhotographError: part of the picture is missing or corrupt.
    """
    check_whole(_as_eight_bits(frame))
    if components == 1:
        return np.asarray(imagecodecs.jpeg_decode(frame, bitspersample=BITS), np.uint16)
    # Both spaces the same: libjpeg converts nothing, whatever the samples are.
    samples = imagecodecs.jpeg_decode(
        frame, bitspersample=BITS, colorspace=_NO_CONVERSION, outcolorspace=_NO_CONVERSION
    )
    return np.asarray(samples, np.uint16)


def _as_eight_bits(frame: bytes) -> bytes:
    """Return the codestream with a false depth: nonsense as a picture, but its coded data can be followed.

    The twelve-bit decoder only warns of damage, and its warnings cannot be heard; the strict one knows eight
    bits, and both depths are coded alike.
    """
    at = precision_at(frame)
    return frame[:at] + b"\x08" + frame[at + 1 :]
