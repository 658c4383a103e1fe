"""Hair in dermoscopic images: dark threads, found and taken out by closing (DullRazor, Lee et al. 1997)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask, RgbImage

_DARKER_BY = 14
"""Levels by which a dark thread lies below its surroundings (black-hat of the grey image)."""
_WIDTH_SHARE = 0.02
"""Of the longer side: what is narrower can be a thread."""


def hair_mask(image: RgbImage) -> BoolMask:
    """Return where dark threads lie, (H, W) bool, in an image (H, W, 3) uint8."""
    grey = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    darker = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, _square(image))
    return np.asarray(darker >= _DARKER_BY, dtype=np.bool_)


def without_hair(image: RgbImage) -> RgbImage:
    """Return an image (H, W, 3) uint8 in which dark threads have the colour of what lies beside them."""
    # The rims of a thread are half as dark as it is.
    threads = cv2.dilate(hair_mask(image).view(np.uint8), np.ones((3, 3), np.uint8))
    closed = cv2.morphologyEx(image, cv2.MORPH_CLOSE, _square(image))
    return np.where(np.asarray(threads, dtype=np.bool_)[..., None], closed, image).astype(np.uint8)


def _square(image: RgbImage) -> NDArray[np.uint8]:
    side_px = max(5, round(_WIDTH_SHARE * max(image.shape[:2]))) | 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_RECT, (side_px, side_px)), dtype=np.uint8)
