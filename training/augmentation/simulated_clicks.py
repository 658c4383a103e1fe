"""Where a person would click next: in the middle of the largest region that is wrong."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.imaging.clicks import Click
from models.contract.imaging.regions import largest_component


def next_click(present: BoolMask, wanted: BoolMask, rng: np.random.Generator | None = None) -> Click | None:
    """The click that corrects the largest region in which ``present`` differs from ``wanted``, both (H, W).

    It lies as far as possible from the region's border; with ``rng`` anywhere in its inner half, as a
    hand is not that exact. None if nothing differs.
    """
    is_wrong = np.logical_xor(present, wanted)
    if not is_wrong.any():
        return None
    # Missed and falsely marked pixels that touch are regions of their own.
    regions = [largest_component(is_wrong & side) for side in (wanted, ~wanted)]
    depths = _depths(max(regions, key=np.count_nonzero))
    row, column = _deepest(depths) if rng is None else _drawn(depths, rng)
    return Click((float(column), float(row)), bool(wanted[row, column]))


def _depths(region: BoolMask) -> NDArray[np.float32]:
    """How deep each pixel lies in the region, which ends at the frame; (H, W) float32 px, 0 outside."""
    framed = np.pad(region.astype(np.uint8), 1)
    depths = cv2.distanceTransform(framed, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    return np.asarray(depths, dtype=np.float32)


def _deepest(depths: NDArray[np.float32]) -> tuple[int, int]:
    row, column = np.unravel_index(int(np.argmax(depths)), depths.shape)
    return int(row), int(column)


def _drawn(depths: NDArray[np.float32], rng: np.random.Generator) -> tuple[int, int]:
    rows, columns = np.nonzero(depths >= depths.max() / 2)
    chosen = int(rng.integers(len(rows)))
    return int(rows[chosen]), int(columns[chosen])
