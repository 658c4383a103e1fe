"""Picture files without a look at every pixel: their size, whether they are whole, a miniature."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.contract.lesion_groups import thumbnail

PILLOW_FAILURES = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
"""What Pillow raises for pictures that are damaged, of no known format, or declare absurd sizes."""

_ORIENTATION_TAG = 274
_SIDEWAYS = (5, 6, 7, 8)
"""EXIF orientations in which width and height change places."""

_END_OF_JPEG = b"\xff\xd9"
_LOOKED_AT_FOR_END_BYTES = 65_536


@dataclass(frozen=True)
class PictureHeader:
    """What a file declares about its picture, before anything is decoded."""

    width_px: int
    height_px: int
    """Of the upright picture, as everything here decodes it."""
    format: str
    mode: str
    orientation: int
    profile: bytes | None


def header_of(source: Path | bytes) -> PictureHeader | None:
    """The header of a picture file or of its bytes; None if it is no picture.

    Raises:
        FileNotFoundError: there is no such file.
    """
    try:
        with Image.open(BytesIO(source) if isinstance(source, bytes) else source) as picture:
            orientation = picture.getexif().get(_ORIENTATION_TAG, 1)
            width_px, height_px = picture.size
            if orientation in _SIDEWAYS:
                width_px, height_px = height_px, width_px
            return PictureHeader(
                width_px=width_px,
                height_px=height_px,
                format=picture.format or "",
                mode=picture.mode,
                orientation=orientation if isinstance(orientation, int) else 1,
                profile=picture.info.get("icc_profile"),
            )
    except FileNotFoundError:
        raise
    except PILLOW_FAILURES:
        return None


def is_cut_off(content: bytes) -> bool:
    """Whether a JPEG lacks its end; many decoders fill the rest with grey and say nothing."""
    return content.startswith(b"\xff\xd8") and _END_OF_JPEG not in content[-_LOOKED_AT_FOR_END_BYTES:]


def miniature(content: bytes, header: PictureHeader) -> NDArray[np.uint8] | None:
    """The thumbnail (16, 17) uint8 that copies are known by, None if the picture cannot be decoded.

    JPEGs are decoded at an eighth of their size where that is enough, which is many times faster.
    """
    shorter_px = min(header.width_px, header.height_px)
    flag = next((flag for at_least_px, flag in _REDUCED if shorter_px >= at_least_px), cv2.IMREAD_COLOR)
    pixels = _decoded(content, flag)
    return None if pixels is None else thumbnail(np.ascontiguousarray(pixels[:, :, ::-1]))


_REDUCED = (
    (512, cv2.IMREAD_REDUCED_COLOR_8),
    (256, cv2.IMREAD_REDUCED_COLOR_4),
    (128, cv2.IMREAD_REDUCED_COLOR_2),
)


def _decoded(content: bytes, flag: int) -> NDArray[np.uint8] | None:
    # OpenCV raises on an empty buffer and on absurd sizes instead of returning None.
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flag)
    except cv2.error:
        return None
    return None if pixels is None else np.asarray(pixels, dtype=np.uint8)
