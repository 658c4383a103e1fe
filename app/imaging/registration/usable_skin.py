"""Which part of a photograph may be compared: no hair, no dark frame of the dermatoscope."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask, RgbImage

_DARK_LEVEL: Final = 50
"""Every channel of the frame is darker; dark lesions seldom are, and do not fill a corner."""
_HAIR_WIDTH_SHARE: Final = 0.014
"""Of the longer side: dark lines up to this width are taken for hair (9 px of 640)."""
_HAIR_CONTRAST: Final = 25
"""Grey levels by which a hair is darker than what lies round it."""
_FRAME_MARGIN_SHARE: Final = 0.012
"""Of the longer side: the rim of the frame is blurred and belongs to it."""


def usable_skin(pixels: RgbImage) -> BoolMask:
    """Say which pixels of a photograph (H, W, 3) show skin or lesion, (H, W) bool."""
    side = max(pixels.shape[:2])
    frame = _dark_frame(pixels, _odd(side * _FRAME_MARGIN_SHARE))
    hair = _hair(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), _odd(side * _HAIR_WIDTH_SHARE))
    return np.asarray(~(frame | hair), dtype=np.bool_)


def _dark_frame(pixels: RgbImage, margin_px: int) -> BoolMask:
    """The dark regions that reach the border of the image at two of its sides, widened by a margin."""
    dark = (pixels.max(axis=2) < _DARK_LEVEL).astype(np.uint8)
    _count, regions, stats, _centres = cv2.connectedComponentsWithStats(dark)
    height, width = dark.shape
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, bottom = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
    sides = (left == 0).astype(int) + (right == width) + (top == 0) + (bottom == height)
    is_frame = sides >= 2
    is_frame[0] = False
    frame = is_frame[regions].astype(np.uint8)
    return np.asarray(cv2.dilate(frame, _disc(margin_px)) != 0, dtype=np.bool_)


def _hair(grey: NDArray[np.integer | np.floating], width_px: int) -> BoolMask:
    lines = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, _disc(width_px))
    found = (lines > _HAIR_CONTRAST).astype(np.uint8)
    return np.asarray(cv2.dilate(found, _disc(3)) != 0, dtype=np.bool_)


def _disc(width_px: int) -> NDArray[np.uint8]:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width_px, width_px))
    return disc.astype(np.uint8, copy=False)


def _odd(width: float) -> int:
    return 2 * max(round((width - 1) / 2), 1) + 1
