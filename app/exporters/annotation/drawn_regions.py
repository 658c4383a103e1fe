"""The regions of a mask as drawing programs take them: an outline, or pixels where there are holes."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from app.exporters.annotation.mask_outlines import Ring, outlined_regions
from models.contract.arrays import BoolMask


@dataclass(frozen=True, eq=False)
class DrawnRegion:
    """A region whose pixels all touch, at a corner at least."""

    pixels: BoolMask
    """(H, W) bool of the smallest box round it."""
    top_px: int
    left_px: int
    outline: Ring | None
    """None for a region that one ring cannot show: it has holes, or parts that touch at a corner alone."""


def drawn_regions(mask: BoolMask) -> Iterator[DrawnRegion]:
    """Yield the regions of a mask (H, W)."""
    count, found, facts, _centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    for number in range(1, count):
        left, top, width, height = (int(fact) for fact in facts[number, : cv2.CC_STAT_AREA])
        pixels = found[top : top + height, left : left + width] == number
        regions = outlined_regions(pixels)
        is_one_ring = len(regions) == 1 and not regions[0].holes
        outline = regions[0].outer + np.array([left, top]) if is_one_ring else None
        yield DrawnRegion(pixels, top, left, outline)
