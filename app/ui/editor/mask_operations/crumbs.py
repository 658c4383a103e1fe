"""Small slips at the end of a stroke: pinholes that painting left open, crumbs that erasing left behind."""

import math
from typing import Final

import cv2
import numpy as np

from app.domain.mask import PixelBox
from models.contract.arrays import BoolMask

_CRUMB_SHARE: Final = 1e-4
"""Of the image's area: 27 pixels at 600 x 450, 2,400 at 24 megapixels."""


def largest_crumb_px(shape: tuple[int, int]) -> int:
    """Return how many pixels a crumb or pinhole has at most in an image of ``shape`` (H, W)."""
    return int(_CRUMB_SHARE * shape[0] * shape[1])


def without_crumbs(before: BoolMask, after: BoolMask, painted: PixelBox) -> tuple[PixelBox, BoolMask]:
    """Return a box with some room round ``painted``, and what it holds (h, w) once slips are mended.

    Of ``after`` (H, W), pinholes beside pixels that the stroke added are filled, and crumbs beside pixels
    that it took away are removed; whatever the stroke did not touch stays as it was ``before``.
    """
    limit = largest_crumb_px((after.shape[0], after.shape[1]))
    box = painted.grown(1 + 2 * math.isqrt(limit)).clipped(after.shape)
    old, new = before[box.window], after[box.window].copy()
    if limit == 0:
        return box, new
    added, removed = new & ~old, old & ~new
    new[_small_regions(~new, beside=added, limit=limit, connectivity=4, is_cut=_cut_sides(box, None))] = True
    cut = _cut_sides(box, after.shape)
    new[_small_regions(new, beside=removed, limit=limit, connectivity=8, is_cut=cut)] = False
    return box, new


def _cut_sides(box: PixelBox, shape: tuple[int, ...] | None) -> tuple[bool, bool, bool, bool]:
    """At which sides (top, left, bottom, right) a region of the box may go on, or is no region of its own.

    A hole that reaches the frame of the image is none, so for holes (``shape`` is None) every side counts.
    """
    if shape is None:
        return True, True, True, True
    return box.top > 0, box.left > 0, box.bottom < shape[0], box.right < shape[1]


def _small_regions(
    inside: BoolMask,
    *,
    beside: BoolMask,
    limit: int,
    connectivity: int,
    is_cut: tuple[bool, bool, bool, bool],
) -> BoolMask:
    """The pixels of regions of ``inside`` that have at most ``limit`` pixels and touch ``beside``."""
    if not beside.any():
        return np.zeros(inside.shape, dtype=np.bool_)
    levels = np.ascontiguousarray(inside).view(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(levels, connectivity=connectivity)
    is_small = stats[:, cv2.CC_STAT_AREA] <= limit
    is_small[0] = False
    for edge, is_open in zip((labels[0], labels[:, 0], labels[-1], labels[:, -1]), is_cut, strict=True):
        if is_open:
            is_small[edge] = False
    reach = cv2.dilate(np.ascontiguousarray(beside).view(np.uint8), np.ones((3, 3), dtype=np.uint8))
    is_touched = np.zeros(count, dtype=np.bool_)
    is_touched[labels[np.asarray(reach) > 0]] = True
    is_meant = is_small & is_touched
    return np.asarray(is_meant[labels], dtype=np.bool_) if is_meant.any() else np.zeros_like(inside)
