"""The lesion as one region: masks are cleaned the same way wherever they are read."""

import cv2
import numpy as np

from models.contract.arrays import BoolMask


def largest_component(mask: BoolMask) -> BoolMask:
    """The largest 8-connected region of ``mask`` (H, W) bool; an empty mask stays empty.

    Expert masks carry specks of a few pixels; of two equal regions the upper one is kept.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        np.ascontiguousarray(mask, dtype=np.uint8), connectivity=8
    )
    if count <= 2:
        return mask.astype(np.bool_, copy=True)
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return np.asarray(labels == largest, dtype=np.bool_)


def region_at(mask: BoolMask, row: int, column: int) -> BoolMask:
    """The 8-connected region of ``mask`` (H, W) bool at a pixel; empty where the mask is not."""
    _, regions = cv2.connectedComponents(np.ascontiguousarray(mask, dtype=np.uint8), connectivity=8)
    return np.asarray((regions == regions[row, column]) & mask[row, column], dtype=np.bool_)


def without_holes(mask: BoolMask) -> BoolMask:
    """``mask`` with every background region that does not reach the frame filled, (H, W) bool."""
    # Row by row, whatever the order of the mask: a turned one would be refused by OpenCV.
    framed = np.ascontiguousarray(np.pad(mask.astype(np.uint8), 1))
    cv2.floodFill(framed, None, (0, 0), (2,), flags=4)
    return np.asarray(framed[1:-1, 1:-1] != 2, dtype=np.bool_)


def one_region(mask: BoolMask) -> BoolMask:
    """The largest region of ``mask`` without holes, as lesion masks are by convention."""
    region = np.zeros(mask.shape, dtype=np.bool_)
    extent = extent_px(mask)
    if extent is not None:
        # Only the part that holds anything is worked on: masks may have 24 million pixels.
        top, left, bottom, right = extent
        part = np.s_[top:bottom, left:right]
        region[part] = without_holes(largest_component(mask[part]))
    return region


def extent_px(mask: BoolMask) -> tuple[int, int, int, int] | None:
    """(top, left, bottom, right) of the True pixels, the last two exclusive; None when empty."""
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return None
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1
