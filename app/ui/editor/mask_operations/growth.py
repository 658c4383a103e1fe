"""A mask grown, shrunk or smoothed by a distance that follows the size of the image.

Distances are Euclidean. What touches the frame of the image stays there: nobody knows what lies beyond it.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain.mask import PixelBox
from models.contract.arrays import BoolMask
from models.contract.imaging.regions import extent_px

_LARGEST_SIGMA_PX: Final = 3.0
"""A wider blur is computed on a copy that is as many times smaller."""
_STEP_SHARE: Final = 0.003
"""Of the longer side: 2 px of a 600 px image, 18 px of one with 24 megapixels."""


def step_px(shape: tuple[int, int]) -> int:
    """Return how far one step moves the boundary of an image of ``shape`` (H, W), in image pixels."""
    return max(1, round(_STEP_SHARE * max(shape)))


def grown(mask: BoolMask, by_px: float) -> BoolMask:
    """Return ``mask`` (H, W) with everything within ``by_px`` of it."""
    box = box_round(mask, by_px)
    result = mask.astype(np.bool_, copy=True)
    if not box.is_empty:
        result[box.window] = _distance_px(~mask[box.window]) <= by_px
    return result


def shrunk(mask: BoolMask, by_px: float) -> BoolMask:
    """Return ``mask`` (H, W) without what lies within ``by_px`` of its boundary."""
    box = box_round(mask, by_px)
    result = mask.astype(np.bool_, copy=True)
    if not box.is_empty:
        result[box.window] &= _distance_px(mask[box.window]) > by_px
    return result


def smoothed(mask: BoolMask, radius_px: float) -> BoolMask:
    """Return ``mask`` (H, W) with corners and notches smaller than ``radius_px`` rounded off."""
    box = box_round(mask, 3 * radius_px)
    result = mask.astype(np.bool_, copy=True)
    if not box.is_empty:
        result[box.window] = _blurred_cover(mask[box.window], radius_px) >= 128
    return result


def box_round(mask: BoolMask, margin_px: float) -> PixelBox:
    """Return the box of the True pixels with a margin, inside the image; empty when there are none."""
    extent = extent_px(mask)
    if extent is None:
        return PixelBox(0, 0, 0, 0)
    return PixelBox(*extent).grown(int(np.ceil(margin_px)) + 1).clipped(mask.shape)


def _blurred_cover(inside: BoolMask, sigma_px: float) -> NDArray[np.uint8]:
    """How much of each pixel's surroundings is True, 0 to 255; a wide blur works on a smaller copy."""
    cover = np.ascontiguousarray(inside).view(np.uint8) * np.uint8(255)
    shrink = max(1, int(sigma_px / _LARGEST_SIGMA_PX))
    height, width = cover.shape
    if shrink > 1:
        size = (-(-width // shrink), -(-height // shrink))
        cover = np.asarray(cv2.resize(cover, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    blurred = cv2.GaussianBlur(cover, (0, 0), sigma_px / shrink, borderType=cv2.BORDER_REPLICATE)
    if shrink > 1:
        blurred = cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(blurred, dtype=np.uint8)


def _distance_px(inside: BoolMask) -> NDArray[np.float32]:
    """Distance of every True pixel from the nearest False one, far where there is none."""
    if inside.all():
        return np.full(inside.shape, np.inf, dtype=np.float32)
    levels = np.ascontiguousarray(inside).view(np.uint8)
    return np.asarray(cv2.distanceTransform(levels, cv2.DIST_L2, cv2.DIST_MASK_PRECISE), dtype=np.float32)
