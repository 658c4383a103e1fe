"""The part of an image that shows a lesion and the skin round it, made smaller where it is large."""

from dataclasses import dataclass

import cv2
import numpy as np

from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.preprocess import resized
from models.contract.imaging.regions import one_region
from models.contract.lesion.colour import RING_SHARE

_LONGEST_WINDOW_PX = 1024


@dataclass(frozen=True)
class LesionWindow:
    """The lesion's surroundings; one pixel is ``native_px`` native ones long."""

    image: RgbImage
    mask: BoolMask
    native_px: int
    left_px: int
    """Native column at which the window begins."""
    top_px: int
    """Native row at which the window begins."""


def lesion_window(
    image: RgbImage, region: BoolMask, extent: tuple[int, int, int, int], longest_px: int = _LONGEST_WINDOW_PX
) -> LesionWindow:
    """Cut out a lesion with its ring of skin, and average whole blocks to at most ``longest_px``.

    Args:
        image: (H, W, 3) uint8, sRGB.
        region: (H, W) bool, one region without holes.
        extent: (top, left, bottom, right) of the region, the last two exclusive.
        longest_px: longer side of the window at most.
    """
    margin = int(np.ceil(RING_SHARE * 2.0 * np.sqrt(float(np.count_nonzero(region)) / np.pi))) + 2
    top, left = max(extent[0] - margin, 0), max(extent[1] - margin, 0)
    part = np.s_[top : extent[2] + margin, left : extent[3] + margin]
    cut_image, cut_mask = image[part], region[part]
    block = -(-max(cut_mask.shape) // longest_px)
    if block == 1:
        return LesionWindow(np.ascontiguousarray(cut_image), cut_mask, 1, left, top)
    small_image, small_mask = _averaged(cut_image, cut_mask, block)
    return LesionWindow(small_image, small_mask, block, left, top)


def _averaged(image: RgbImage, mask: BoolMask, block: int) -> tuple[RgbImage, BoolMask]:
    """``image`` and ``mask`` with blocks of ``block`` x ``block`` px made into one."""
    height, width = mask.shape
    # Whole blocks only: the last ones are completed with the edge's colour, outside the lesion.
    padding = (0, -height % block, 0, -width % block)
    whole_image = cv2.copyMakeBorder(image, *padding, cv2.BORDER_REPLICATE)
    whole_mask = cv2.copyMakeBorder(mask.astype(np.float32), *padding, cv2.BORDER_CONSTANT)
    size = {"height_px": -(-height // block), "width_px": -(-width // block)}
    coverage = resized(whole_mask, **size).astype(np.float32, copy=False)
    # A thread thinner than half a block must not vanish.
    small_mask = coverage >= 0.5 if (coverage >= 0.5).any() else coverage > 0
    small_image = resized(whole_image, **size).astype(np.uint8, copy=False)
    return small_image, one_region(np.asarray(small_mask, dtype=np.bool_))
