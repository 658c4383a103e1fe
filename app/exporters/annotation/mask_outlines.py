"""Outlines of masks as rings of points, along the edges of the pixels or with fewer points.

A point is (x, y) in pixels from the image's top left corner, so the first pixel reaches from 0 to 1 and a
ring along the edges encloses the very pixels of the mask.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.imaging.regions import extent_px

Ring = NDArray[np.float64]
"""(N, 2) float64 of x, y in pixels; closed by itself, the first point is not repeated."""

_TOLERANCES_PX = (1.0, 0.7, 0.5, 0.35, 0.25)
"""How far an outline may leave the edges of the pixels; the largest is tried first."""
_LEAST_IOU = 0.998
_MOST_POINTS_COMPARED = 3000
"""A ring with more points is not looked at for crossings, which would take too much memory."""


@dataclass(frozen=True, eq=False)
class Region:
    """A connected part of a mask: its outer ring and the rings of its holes."""

    outer: Ring
    holes: tuple[Ring, ...] = field(default_factory=tuple)

    @property
    def rings(self) -> tuple[Ring, ...]:
        """Return the outer ring and then the holes."""
        return (self.outer, *self.holes)


def outlined_regions(mask: BoolMask) -> tuple[Region, ...]:
    """Return the regions of a mask (H, W) with few points, at an IoU of at least 0.998 to its pixels.

    A mask of which fewer points would lose more keeps the edges of its pixels.
    """
    extent = extent_px(mask)
    if extent is None:
        return ()
    top, left, bottom, right = extent
    cropped = mask[top:bottom, left:right]
    exact = edge_regions(mask)
    for tolerance_px in _TOLERANCES_PX:
        regions = tuple(_simplified(region, tolerance_px) for region in exact)
        is_sound = all(len(ring) >= 3 and _is_simple(ring) for one in regions for ring in one.rings)
        if is_sound and _iou(regions, cropped, (top, left)) >= _LEAST_IOU:
            return regions
    return exact


def edge_regions(mask: BoolMask) -> tuple[Region, ...]:
    """Return the regions of a mask (H, W) with rings along the edges of its pixels."""
    rings = _edge_rings(mask)
    outers = [ring for ring in rings if _signed_area(ring) > 0]
    holes_of: list[list[Ring]] = [[] for _ in outers]
    for hole in (ring for ring in rings if _signed_area(ring) < 0):
        holes_of[_owner(hole, outers)].append(hole)
    return tuple(Region(outer, tuple(holes)) for outer, holes in zip(outers, holes_of, strict=True))


def keyhole_ring(region: Region) -> Ring:
    """Return a region as one ring: each hole is joined to the outer ring by a cut without width."""
    ring = region.outer
    for hole in sorted(region.holes, key=lambda one: float(one[:, 0].min())):
        distances = ((ring[:, None] - hole[None]) ** 2).sum(axis=2)
        at, start = np.unravel_index(int(distances.argmin()), distances.shape)
        cut = np.concatenate([np.roll(hole, -int(start), axis=0), hole[start : start + 1]])
        ring = np.concatenate([ring[: at + 1], cut, ring[at:]])
    return ring


def _edge_rings(mask: BoolMask) -> list[Ring]:
    """Follow the edges between pixels inside and outside, with the inside on the right hand."""
    after = _next_by_corner(np.pad(mask, 1).astype(np.int8))
    rings = []
    while after:
        start = next(iter(after))
        rings += _simple_parts(_followed(start, after))
    return rings


_Corner = tuple[int, int]


def _next_by_corner(padded: NDArray[np.int8]) -> dict[_Corner, list[_Corner]]:
    """Return where the edges lead from each corner; only corners at which the outline turns are kept."""
    after: dict[_Corner, list[_Corner]] = {}
    across = _turned(_runs(-np.diff(padded, axis=1).T))
    for start, end in (*_runs(np.diff(padded, axis=0)), *across):
        after.setdefault(start, []).append(end)
    return after


def _runs(steps: NDArray[np.int8]) -> list[tuple[_Corner, _Corner]]:
    """Return the straight edges between rows as (from, to) corners; +1 leads to the right, -1 to the left."""
    bordered = np.pad(steps, ((0, 0), (1, 1)))
    rows, columns = np.nonzero(np.diff(bordered, axis=1))
    edges = []
    before, behind = bordered[rows, columns], bordered[rows, columns + 1]
    open_at: tuple[int, int, int] | None = None
    for row, column, left, right in zip(
        rows.tolist(), columns.tolist(), before.tolist(), behind.tolist(), strict=True
    ):
        if left and open_at is not None:
            _row, begin, _sign = open_at
            ends = ((row, begin - 1), (row, column - 1))
            edges.append(ends if left > 0 else ends[::-1])
        open_at = (row, column, right) if right else None
    return edges


def _turned(edges: list[tuple[_Corner, _Corner]]) -> list[tuple[_Corner, _Corner]]:
    return [((y, x), (end_y, end_x)) for (x, y), (end_x, end_y) in edges]


def _followed(start: _Corner, after: dict[_Corner, list[_Corner]]) -> list[_Corner]:
    """Follow the edges from a corner until it is reached again, and take them out."""
    ring, here = [], start
    while True:
        ring.append(here)
        following = after[here]
        ahead = following.pop()
        if not following:
            del after[here]
        here = ahead
        if here == start:
            return ring


def _simple_parts(corners: list[_Corner]) -> list[Ring]:
    """Cut a ring that meets itself at a corner into rings that do not."""
    parts, path, place = [], list[_Corner](), dict[_Corner, int]()
    for corner in corners:
        if corner in place:
            begin = place[corner]
            parts.append(path[begin:])
            for gone in path[begin:]:
                del place[gone]
            del path[begin:]
        place[corner] = len(path)
        path.append(corner)
    parts.append(path)
    return [np.array(part, np.float64)[:, ::-1] for part in parts if len(part) >= 4]


def _signed_area(ring: Ring) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def _owner(hole: Ring, outers: Sequence[Ring]) -> int:
    """Return which outer ring a hole lies in: the smallest that encloses it."""
    y, x = hole[int(hole[:, 1].argmin())][::-1]
    # The pixel below the hole's topmost corner may be outside of it; half a pixel beside its edge never is.
    ahead = hole[(int(hole[:, 1].argmin()) + 1) % len(hole)]
    behind = hole[int(hole[:, 1].argmin()) - 1]
    side_x = ahead[0] if ahead[1] == y else behind[0]
    point = (float(x + 0.5 * np.sign(side_x - x)), float(y + 0.5))
    enclosing = [
        number
        for number, outer in enumerate(outers)
        if cv2.pointPolygonTest(outer.astype(np.float32), point, measureDist=False) > 0
    ]
    return min(enclosing, key=lambda number: _signed_area(outers[number]))


def _simplified(region: Region, tolerance_px: float) -> Region:
    outer, *holes = (_thinned(ring, tolerance_px) for ring in region.rings)
    return Region(outer, tuple(holes))


def _thinned(ring: Ring, tolerance_px: float) -> Ring:
    """Leave points out; one that small is kept, because it would vanish."""
    found = cv2.approxPolyDP(ring.astype(np.float32)[:, None], tolerance_px, closed=True)
    thinned = found[:, 0].astype(np.float64)
    return thinned if len(thinned) >= 4 else ring


def _is_simple(ring: Ring) -> bool:
    """Say whether no two edges of a ring cross or touch, but for neighbours."""
    count = len(ring)
    if count > _MOST_POINTS_COMPARED:
        return False
    ends = np.roll(ring, -1, axis=0)
    first, second = _sides(ring, ends, ring), _sides(ring, ends, ends)
    apart = np.sign(first) * np.sign(second)
    number = np.arange(count)
    steps = (number[None] - number[:, None]) % count
    is_neighbour = (steps <= 1) | (steps == count - 1)
    return not bool(((apart <= 0) & (apart.T <= 0) & ~is_neighbour & (first != 0) & (first.T != 0)).any())


def _sides(starts: Ring, ends: Ring, points: Ring) -> NDArray[np.float64]:
    """Return on which side of each line (row) each point (column) lies."""
    along = ends - starts
    offsets = points[None] - starts[:, None]
    sides: NDArray[np.float64] = along[:, None, 0] * offsets[..., 1] - along[:, None, 1] * offsets[..., 0]
    return sides


def _iou(regions: Sequence[Region], cropped: BoolMask, top_left: tuple[int, int]) -> float:
    rings = [ring - top_left[::-1] for region in regions for ring in region.rings]
    drawn = _drawn(rings, cropped.shape)
    union = int(np.count_nonzero(drawn | cropped))
    return int(np.count_nonzero(drawn & cropped)) / union if union else 1.0


def _drawn(rings: Sequence[Ring], shape: tuple[int, ...]) -> BoolMask:
    """Return the pixels, (H, W) bool, whose centres an odd number of rings encloses."""
    height_px, width_px = shape
    starts = np.concatenate(rings)
    ends = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    first, last = (
        np.clip(np.ceil(extreme(starts[:, 1], ends[:, 1]) - 0.5), 0, height_px).astype(np.intp)
        for extreme in (np.minimum, np.maximum)
    )
    counts = last - first
    edges = np.repeat(np.arange(len(starts)), counts)
    rows = np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts) + first[edges]
    (x, y), (end_x, end_y) = starts[edges].T, ends[edges].T
    crossed_x = x + (rows + 0.5 - y) * (end_x - x) / (end_y - y)
    columns = np.clip(np.ceil(crossed_x - 0.5), 0, width_px).astype(np.intp)
    crossings = np.zeros((height_px, width_px + 1), np.uint8)
    np.add.at(crossings, (rows, columns), 1)
    parity: BoolMask = (np.add.accumulate(crossings, axis=1, dtype=np.uint8)[:, :-1] & 1).astype(np.bool_)
    return parity
