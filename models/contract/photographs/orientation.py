"""Turning pixels upright by the EXIF orientation tag (Exif 2.32, tag 0x0112), applied once, on reading."""

from collections.abc import Callable
from typing import cast

import cv2
import numpy as np

from models.contract.arrays import RgbImage

_WORDS = {
    2: "mirrored left-right",
    3: "rotated by 180 degrees",
    4: "mirrored top-bottom",
    5: "mirrored and rotated by 90 degrees anticlockwise",
    6: "rotated by 90 degrees clockwise",
    7: "mirrored and rotated by 90 degrees clockwise",
    8: "rotated by 90 degrees anticlockwise",
}

_TURNS: dict[int, Callable[[cv2.typing.MatLike], cv2.typing.MatLike]] = {
    2: lambda stored: cv2.flip(stored, 1),
    3: lambda stored: cv2.rotate(stored, cv2.ROTATE_180),
    4: lambda stored: cv2.flip(stored, 0),
    5: cv2.transpose,
    6: lambda stored: cv2.rotate(stored, cv2.ROTATE_90_CLOCKWISE),
    7: lambda stored: cv2.rotate(cv2.transpose(stored), cv2.ROTATE_180),
    8: lambda stored: cv2.rotate(stored, cv2.ROTATE_90_COUNTERCLOCKWISE),
}


def upright(stored: RgbImage, orientation: int) -> RgbImage:
    """Return stored pixels as they are meant to be seen; 1 and unknown values leave them as they are."""
    turn = _TURNS.get(orientation)
    return stored if turn is None else cast("RgbImage", np.ascontiguousarray(turn(stored)))


def orientation_note(orientation: int) -> tuple[str, str] | None:
    """Return the line of provenance for an orientation, None for upright files."""
    words = _WORDS.get(orientation)
    return None if words is None else ("orientation", words)
