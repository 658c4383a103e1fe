"""The region of a mask, or the hole in it, that lies under a point."""

from dataclasses import dataclass

import cv2
import numpy as np

from app.domain.mask import PixelBox
from models.contract.arrays import BoolMask


@dataclass(frozen=True, slots=True)
class Region:
    """Connected pixels of an image."""

    box: PixelBox
    inside: BoolMask
    """(h, w) of the box, True where the region is."""

    def merged_into(self, mask: BoolMask, *, is_subtracting: bool) -> BoolMask:
        """Return what a mask (H, W) holds in the box (h, w) with the region added, or taken away."""
        part = mask[self.box.window]
        return part & ~self.inside if is_subtracting else part | self.inside


def island_at(mask: BoolMask, row: int, column: int) -> Region | None:
    """Return the 8-connected region of ``mask`` (H, W) at a pixel; None where the mask is not."""
    return region_of(mask, row, column, connectivity=8) if mask[row, column] else None


def hole_at(mask: BoolMask, row: int, column: int) -> Region | None:
    """Return what ``mask`` (H, W) encloses at a pixel; None on the mask, and where the frame is reached."""
    if mask[row, column]:
        return None
    region = region_of(mask, row, column, connectivity=4)
    box = region.box
    reaches_frame = box.top == 0 or box.left == 0 or box.bottom == mask.shape[0] or box.right == mask.shape[1]
    return None if reaches_frame else region


def region_of(mask: BoolMask, row: int, column: int, *, connectivity: int) -> Region:
    """Return the connected pixels of a mask (H, W) that have the value of one; 4 or 8 neighbours connect."""
    levels = np.ascontiguousarray(mask).view(np.uint8)
    framed = np.zeros((mask.shape[0] + 2, mask.shape[1] + 2), dtype=np.uint8)
    flags = connectivity | cv2.FLOODFILL_MASK_ONLY | 255 << 8
    _, _, _, (left, top, width, height) = cv2.floodFill(
        levels, framed, (column, row), (0,), (0,), (0,), flags
    )
    box = PixelBox(top, left, top + height, left + width)
    inside = framed[1:-1, 1:-1][box.window] == 255
    return Region(box, np.asarray(inside, dtype=np.bool_))
