"""How a redrawn boundary enters a mask in which a person has drawn: near the newest click only."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.imaging.clicks import Click
from models.contract.imaging.regions import extent_px

_REACH_SHARE: Final = 0.25
"""Radius of a click's neighbourhood as a share of the lesion's diameter (of a circle of its area)."""

_BRIDGE_SHARE: Final = 0.01
"""Change regions that only a bridge thinner than twice this share of the diameter joins are apart."""


def merged_refinement(
    present: BoolMask, refined: BoolMask, clicks: Sequence[Click], hand_drawn: BoolMask | None = None
) -> BoolMask:
    """The refined mask, or what the newest click asks of it where a person has drawn by hand, (H, W) bool.

    Where nothing was drawn by hand the refined mask is taken as it is. Else the present mask is kept but for
    regions of change that touch the neighbourhood of the newest click, and what was drawn by hand changes
    only within that neighbourhood, except where no more than a sliver would be left of it beside a change.

    Args:
        present: (H, W) bool, the mask that the person sees.
        refined: (H, W) bool, the refiner's answer to all clicks.
        clicks: all so far, the newest last; without any the present mask is returned.
        hand_drawn: (H, W) bool, pixels that the person has drawn or erased by hand; None if there are none.
    """
    if not clicks:
        return present.copy()
    if hand_drawn is None or not hand_drawn.any():
        return refined.copy()
    changed = np.logical_xor(present, refined)
    extent = extent_px(changed)
    if extent is None:
        return present.copy()
    # Only the part that changes is worked on: masks may have 24 million pixels.
    top, left, bottom, right = extent
    part = np.s_[top:bottom, left:right]
    diameter_px = 2 * np.sqrt(max(np.count_nonzero(present), np.count_nonzero(refined)) / np.pi)
    x, y = clicks[-1].image_xy
    near = _disk(changed[part].shape, (x - left, y - top), max(1.0, _REACH_SHARE * diameter_px))
    bridge_px = max(1, round(_BRIDGE_SHARE * diameter_px))
    kernel = _round_kernel(bridge_px)
    taken = _touching(changed[part], near, kernel)
    taken &= near | ~hand_drawn[part]
    merged = present.copy()
    merged[part] ^= taken
    around = np.s_[
        max(0, top - 4 * bridge_px) : bottom + 4 * bridge_px,
        max(0, left - 4 * bridge_px) : right + 4 * bridge_px,
    ]
    merged[around] ^= hand_drawn[around] & _new_slivers(merged[around], present[around], kernel)
    return merged


def _disk(shape: tuple[int, ...], centre_xy: tuple[float, float], radius_px: float) -> BoolMask:
    """Pixels within the radius of a centre, which may lie outside the shape."""
    rows = np.arange(shape[0])[:, None] - centre_xy[1]
    columns = np.arange(shape[1])[None, :] - centre_xy[0]
    return np.asarray(rows**2 + columns**2 <= radius_px**2, dtype=np.bool_)


def _round_kernel(radius_px: int) -> NDArray[np.uint8]:
    side_px = 2 * radius_px + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side_px, side_px)), dtype=np.uint8)


def _touching(changed: BoolMask, near: BoolMask, kernel: NDArray[np.uint8]) -> BoolMask:
    """The regions of ``changed`` that touch ``near``; bridges thinner than the kernel join none."""
    solid = cv2.morphologyEx(_as_bytes(changed), cv2.MORPH_OPEN, kernel)
    _, labels = cv2.connectedComponents(solid, connectivity=8)
    touched = np.unique(labels[near & (labels > 0)])
    regions = np.isin(labels, touched[touched > 0])
    # Opening has worn the regions' corners off, and all of what is thin; both come back where they belong.
    grown = cv2.dilate(_as_bytes(regions), kernel) > 0
    return np.asarray(changed & (grown | near), dtype=np.bool_)


def _new_slivers(merged: BoolMask, present: BoolMask, kernel: NDArray[np.uint8]) -> BoolMask:
    """Whiskers and cuts thinner than the kernel that are left where the present mask had none."""
    whiskers = _thin(merged, kernel) & present & ~_thin(present, kernel)
    cuts = _thin(~merged, kernel) & ~present & ~_thin(~present, kernel)
    return np.asarray(whiskers | cuts, dtype=np.bool_)


def _thin(mask: BoolMask, kernel: NDArray[np.uint8]) -> BoolMask:
    """The pixels of a mask where the kernel finds no room."""
    return np.asarray(mask & (cv2.morphologyEx(_as_bytes(mask), cv2.MORPH_OPEN, kernel) == 0), dtype=np.bool_)


def _as_bytes(mask: BoolMask) -> NDArray[np.uint8]:
    return np.ascontiguousarray(mask, dtype=np.uint8)
