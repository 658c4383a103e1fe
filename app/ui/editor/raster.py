"""Which pixels a brush or an outline covers: a pixel belongs to a shape when its centre does.

Shapes become spans of rows, cut at the border of the image; filling spans touches no other pixel, so the
cost of a stroke follows the brush and not the image. OpenCV's own drawing also paints the pixels that an
outline merely touches, which would make every mask half a pixel too large.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.mask import EMPTY_BOX, PixelBox
from app.ui.editor.spaces import Point
from models.contract.arrays import BoolMask

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spans:
    """Pixels ``start <= column < stop`` of ``row``, all inside the image; arrays of equal length."""

    rows: NDArray[np.int64]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]

    @property
    def box(self) -> PixelBox:
        """Return the smallest box round all spans."""
        if self.rows.size == 0:
            return EMPTY_BOX
        return PixelBox(
            int(self.rows.min()), int(self.starts.min()), int(self.rows.max()) + 1, int(self.stops.max())
        )

    def fill(self, mask: BoolMask, *, value: bool) -> None:
        """Set the pixels of the spans in ``mask`` (H, W), in place."""
        for row, start, stop in zip(
            self.rows.tolist(), self.starts.tolist(), self.stops.tolist(), strict=True
        ):
            mask[row, start:stop] = value


def stamp_centre(image_xy: Point, diameter_px: int) -> Point:
    """Return where a brush really stamps: on pixel centres when its diameter is odd, else on corners.

    So the stamp has the same shape everywhere and a brush of one pixel paints one pixel.
    """
    x, y = image_xy
    if diameter_px % 2:
        return float(np.floor(x)) + 0.5, float(np.floor(y)) + 0.5
    return float(np.floor(x + 0.5)), float(np.floor(y + 0.5))


def brush_spans(from_xy: Point, to_xy: Point, diameter_px: int, shape: tuple[int, ...]) -> Spans:
    """Return what a round brush covers on a straight way between two points of the image."""
    start, end = stamp_centre(from_xy, diameter_px), stamp_centre(to_xy, diameter_px)
    radius = diameter_px / 2
    top = max(int(np.ceil(min(start[1], end[1]) - radius - 0.5)), 0)
    bottom = min(int(np.floor(max(start[1], end[1]) + radius - 0.5)), shape[0] - 1)
    rows = np.arange(top, bottom + 1)
    y = rows.astype(np.float64) + 0.5
    left, right = _disc(y, start, radius)
    for part in (_disc(y, end, radius), _band(y, start, end, radius)):
        left, right = np.minimum(left, part[0]), np.maximum(right, part[1])
    return _cut(rows, left, right, shape[1])


def outline_spans(outline_xy: Sequence[Point], shape: tuple[int, ...]) -> Spans:
    """Return the pixels inside a closed outline; where it crosses itself, everything enclosed counts."""
    points = np.asarray(outline_xy, dtype=np.float64).reshape(-1, 2)
    if len(points) < 3:
        nothing = np.zeros(0, dtype=np.int64)
        return Spans(nothing, nothing, nothing)
    rows, x, winding = _crossings(points, shape[0])
    order = np.lexsort((x, rows))
    rows, x = rows[order], x[order]
    is_inside = np.cumsum(winding[order]) != 0
    pairs = np.flatnonzero(is_inside[:-1]) if rows.size else np.zeros(0, dtype=np.int64)
    return _cut(rows[pairs], x[pairs], x[pairs + 1], shape[1])


def _disc(y: _Floats, centre: Point, radius: float) -> tuple[_Floats, _Floats]:
    """Left and right end of a disc at the heights ``y``; (inf, -inf) where it is not met."""
    square = radius * radius - (y - centre[1]) ** 2
    half = np.sqrt(np.maximum(square, 0.0))
    is_met = square >= 0
    return np.where(is_met, centre[0] - half, np.inf), np.where(is_met, centre[0] + half, -np.inf)


def _band(y: _Floats, start: Point, end: Point, radius: float) -> tuple[_Floats, _Floats]:
    """Left and right end of the rectangle of half width ``radius`` along a segment, at the heights ``y``."""
    along = np.subtract(end, start)
    length = float(np.hypot(*along))
    left, right = np.full(y.shape, np.inf), np.full(y.shape, -np.inf)
    if length == 0:
        return left, right
    side = np.array([-along[1], along[0]]) * (radius / length)
    corners = [start + side, end + side, end - side, start - side]
    for one, other in zip(corners, corners[1:] + corners[:1], strict=True):
        low, high = (one, other) if one[1] <= other[1] else (other, one)
        if high[1] == low[1]:
            continue
        is_met = (y >= low[1]) & (y <= high[1])
        x = low[0] + (y - low[1]) * ((high[0] - low[0]) / (high[1] - low[1]))
        left = np.where(is_met, np.minimum(left, x), left)
        right = np.where(is_met, np.maximum(right, x), right)
    return left, right


def _crossings(points: _Floats, height: int) -> tuple[NDArray[np.int64], _Floats, NDArray[np.int64]]:
    """Where the outline crosses the middle of each row: row, x, and +1 downwards or -1 upwards."""
    following = np.roll(points, -1, axis=0)
    winding = np.where(following[:, 1] > points[:, 1], 1, -1)
    upper = np.where(winding[:, None] > 0, points, following)
    lower = np.where(winding[:, None] > 0, following, points)
    first = np.clip(np.ceil(upper[:, 1] - 0.5), 0, height).astype(np.int64)
    after = np.clip(np.ceil(lower[:, 1] - 0.5), 0, height).astype(np.int64)
    counts = np.maximum(after - first, 0)
    edge = np.repeat(np.arange(len(points)), counts)
    rows = np.arange(edge.size) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    slope = (lower[edge, 0] - upper[edge, 0]) / (lower[edge, 1] - upper[edge, 1])
    x = upper[edge, 0] + (rows + 0.5 - upper[edge, 1]) * slope
    return rows, x, winding[edge].astype(np.int64)


def _cut(rows: NDArray[np.int64], left: _Floats, right: _Floats, width: int) -> Spans:
    """Spans of the pixels whose centres lie between ``left`` and ``right``, inside the image."""
    starts = np.ceil(np.clip(left, -0.5, width + 0.5) - 0.5).astype(np.int64)
    stops = np.floor(np.clip(right, -1.0, width + 0.5) - 0.5).astype(np.int64) + 1
    starts, stops = np.maximum(starts, 0), np.minimum(stops, width)
    is_kept = stops > starts
    return Spans(rows[is_kept], starts[is_kept], stops[is_kept])
