"""Where a person would click next: in the middle of the largest region that is wrong."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.imaging.clicks import Click


def next_click(present: BoolMask, wanted: BoolMask, rng: np.random.Generator | None = None) -> Click | None:
    """The click that corrects the largest region in which ``present`` differs from ``wanted``, both (H, W).

    It lies as far as possible from the region's border; with ``rng`` anywhere in its inner half, as a
    hand is not that exact. None if nothing differs.
    """
    is_wrong = np.logical_xor(present, wanted)
    if not is_wrong.any():
        return None
    # Missed and falsely marked pixels that touch are regions of their own.
    regions = [_largest_region(is_wrong & side) for side in (wanted, ~wanted)]
    depths = max(regions, key=lambda each: each[0])[1]
    row, column = _deepest(depths) if rng is None else _drawn(depths, rng)
    return Click((float(column), float(row)), bool(wanted[row, column]))


def _largest_region(is_wrong: BoolMask) -> tuple[int, NDArray[np.float32]]:
    """Pixels of the largest region and how deep each of them lies in it, (H, W) float32, 0 elsewhere."""
    framed = np.pad(is_wrong.astype(np.uint8), 1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(framed, connectivity=8)
    if count < 2:
        return 0, np.zeros(is_wrong.shape, np.float32)
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    region = (labels == largest).astype(np.uint8)
    depths = cv2.distanceTransform(region, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    return int(stats[largest, cv2.CC_STAT_AREA]), np.asarray(depths, dtype=np.float32)


def _deepest(depths: NDArray[np.float32]) -> tuple[int, int]:
    row, column = np.unravel_index(int(np.argmax(depths)), depths.shape)
    return int(row), int(column)


def _drawn(depths: NDArray[np.float32], rng: np.random.Generator) -> tuple[int, int]:
    rows, columns = np.nonzero(depths >= depths.max() / 2)
    chosen = int(rng.integers(len(rows)))
    return int(rows[chosen]), int(columns[chosen])
