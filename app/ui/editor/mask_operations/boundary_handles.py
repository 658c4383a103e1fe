"""A boundary as a closed smooth curve through handles, and the mask that follows when one of them is moved.

The curve is a centripetal Catmull-Rom spline: it passes through its handles, and a handle shapes only the two
segments on either side of it.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain.mask import PixelBox
from app.ui.editor.raster import outline_spans
from models.contract.arrays import BoolMask
from models.contract.imaging.regions import extent_px

Points = NDArray[np.float64]
"""(n, 2) points (x, y) of the image."""

FEWEST: Final = 8
MOST: Final = 40
_PER_SEGMENT: Final = 16
"""Points of the drawn curve between two handles."""
_TOLERANCE_SHARE: Final = 0.004
"""How far the curve may lie from the boundary, as a share of the lesion's diameter."""
_TRACED_POINTS: Final = 1024
_EVENNESS: Final = 0.5
"""Share of the handles that is spread evenly; the others go where the boundary bends."""


@dataclass(frozen=True, slots=True, eq=False)
class BoundaryHandles:
    """Handles on the boundary of a mask's largest region."""

    handles_xy: Points
    deviations_px: NDArray[np.float64]
    """How far the boundary lies from the curve behind each handle, at most."""

    @property
    def curve_xy(self) -> Points:
        """Return the curve as a closed outline."""
        return _curve(self.handles_xy)

    def moved(self, index: int, image_xy: tuple[float, float]) -> "BoundaryHandles":
        """Return the handles with one of them elsewhere."""
        handles_xy = self.handles_xy.copy()
        handles_xy[index] = image_xy
        return BoundaryHandles(handles_xy, self.deviations_px)

    def inserted(self, after: int, image_xy: tuple[float, float]) -> "BoundaryHandles":
        """Return the handles with a new one behind handle ``after``."""
        handles_xy = np.insert(self.handles_xy, after + 1, image_xy, axis=0)
        return BoundaryHandles(
            handles_xy, np.insert(self.deviations_px, after + 1, self.deviations_px[after])
        )

    def without(self, index: int) -> "BoundaryHandles":
        """Return the handles without one of them."""
        deviations_px = self.deviations_px.copy()
        deviations_px[index - 1] = max(deviations_px[index - 1], deviations_px[index])
        return BoundaryHandles(np.delete(self.handles_xy, index, axis=0), np.delete(deviations_px, index))

    def middle_of_segment(self, after: int) -> int:
        """Return which point of the curve lies half way to the handle behind handle ``after``."""
        return after * _PER_SEGMENT + _PER_SEGMENT // 2

    def nearest_handle(self, image_xy: tuple[float, float]) -> tuple[int, float]:
        """Return the handle next to a point, and how far it is in image pixels."""
        distances = np.hypot(*(self.handles_xy - image_xy).T)
        index = int(np.argmin(distances))
        return index, float(distances[index])

    def nearest_segment(self, image_xy: tuple[float, float]) -> tuple[int, tuple[float, float], float]:
        """Return the handle before the curve's point next to a point, that point, and how far it is."""
        curve_xy = self.curve_xy
        following = np.roll(curve_xy, -1, axis=0)
        along = following - curve_xy
        lengths = np.maximum((along**2).sum(axis=1), 1e-12)
        share = np.clip(((np.asarray(image_xy) - curve_xy) * along).sum(axis=1) / lengths, 0, 1)
        on_curve = curve_xy + share[:, None] * along
        distances = np.hypot(*(on_curve - image_xy).T)
        index = int(np.argmin(distances))
        x, y = on_curve[index].tolist()
        return index // _PER_SEGMENT, (x, y), float(distances[index])


def fitted_handles(mask: BoolMask) -> BoundaryHandles | None:
    """Return as few handles as follow the boundary of a mask (H, W) closely, most of them where it bends.

    The largest region's outer boundary is taken; None for a mask without a region of some size.
    """
    traced = _traced(mask)
    if traced is None:
        return None
    area = 0.5 * abs(_doubled_area(traced))
    tolerance_px = max(1.0, _TOLERANCE_SHARE * 2 * np.sqrt(area / np.pi))
    density = _bend_density(traced)
    found = BoundaryHandles(traced[:0], np.zeros(0))
    for count in range(FEWEST, MOST + 1, 4):
        handles_xy = _spread(traced, density, count)
        found = BoundaryHandles(handles_xy, _deviations(_curve(handles_xy), traced))
        if found.deviations_px.max() <= tolerance_px:
            break
    return found


def mask_after(
    mask: BoolMask, before: BoundaryHandles, after: BoundaryHandles
) -> tuple[PixelBox, BoolMask] | None:
    """Return a box and what a mask (H, W) holds there once the curve has moved; None when it has not.

    Only where the curve swept over pixels does the mask follow it, with as much room as the curve lay beside
    the boundary; everywhere else the mask keeps every pixel.
    """
    old, new = before.curve_xy, after.curve_xy
    gone, come = _is_changed(old, new), _is_changed(new, old)
    both = np.vstack([old[gone], new[come]])
    if not len(both):
        return None
    changed = np.unique(np.flatnonzero(gone) // _PER_SEGMENT)
    room_px = int(np.ceil(before.deviations_px[changed].max(initial=0.0))) + 1
    (left, top), (right, bottom) = np.floor(both.min(axis=0)), np.ceil(both.max(axis=0))
    box = (
        PixelBox(int(top), int(left), int(bottom) + 1, int(right) + 1).grown(room_px + 1).clipped(mask.shape)
    )
    if box.is_empty:
        return None
    is_old, is_new = _inside(old, box), _inside(new, box)
    untouched = (is_old == is_new).astype(np.uint8)
    swept = np.asarray(cv2.distanceTransform(untouched, cv2.DIST_L2, 3)) <= room_px
    return box, np.where(swept, is_new, mask[box.window])


def _curve(handles_xy: Points) -> Points:
    """A closed centripetal Catmull-Rom spline through the handles, ``_PER_SEGMENT`` points each."""
    p0, p1, p2, p3 = (np.roll(handles_xy, shift, axis=0)[:, None] for shift in (1, 0, -1, -2))
    d1, d2, d3 = (
        np.maximum(np.sqrt(np.hypot(*np.moveaxis(end - start, 2, 0))), 1e-6)[..., None]
        for start, end in ((p0, p1), (p1, p2), (p2, p3))
    )
    # The Bezier form of the spline: two points between each pair of handles.
    b1 = (d1**2 * p2 - d2**2 * p0 + (2 * d1**2 + 3 * d1 * d2 + d2**2) * p1) / (3 * d1 * (d1 + d2))
    b2 = (d3**2 * p1 - d2**2 * p3 + (2 * d3**2 + 3 * d3 * d2 + d2**2) * p2) / (3 * d3 * (d3 + d2))
    t = (np.arange(_PER_SEGMENT) / _PER_SEGMENT)[None, :, None]
    points = (1 - t) ** 3 * p1 + 3 * (1 - t) ** 2 * t * b1 + 3 * (1 - t) * t**2 * b2 + t**3 * p2
    return np.asarray(points.reshape(-1, 2), dtype=np.float64)


def _traced(mask: BoolMask) -> Points | None:
    """The outer boundary of the largest region along the pixels' edges, evenly spaced."""
    extent = extent_px(mask)
    if extent is None:
        return None
    top, left, bottom, right = extent
    # A margin keeps the outline of a region that touches the frame closed there.
    cover = np.pad(mask[top:bottom, left:right].view(np.uint8), 1)
    found, _ = cv2.findContours(cover, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(found, key=cv2.contourArea)
    if len(largest) < 2 * FEWEST:
        return None
    pixels = largest[:, 0].astype(np.float64) + np.array([left - 1.0, top - 1.0])
    return _outwards(_evenly(_smooth(pixels), _TRACED_POINTS))


def _cross(one: Points, other: Points) -> NDArray[np.float64]:
    return np.asarray(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])


def _doubled_area(outline: Points) -> float:
    """Twice the enclosed area, positive when the outline runs clockwise as seen."""
    return float(_cross(outline, np.roll(outline, -1, axis=0)).sum())


def _outwards(traced: Points) -> Points:
    """Move a line through the centres of border pixels to their outer edge."""
    tangent = np.roll(traced, -1, axis=0) - np.roll(traced, 1, axis=0)
    normal = np.column_stack([tangent[:, 1], -tangent[:, 0]])
    normal /= np.maximum(np.hypot(*normal.T), 1e-9)[:, None]
    area = _doubled_area(traced)
    return np.asarray(traced + 0.5 + 0.5 * np.sign(area) * normal, dtype=np.float64)


def _smooth(pixels: Points) -> Points:
    """Round the steps of the pixels off, without moving the line by more than a fraction of one."""
    kernel = np.array([1, 2, 3, 2, 1], dtype=np.float64) / 9
    wrapped = np.vstack([pixels[-2:], pixels, pixels[:2]])
    return np.column_stack([np.convolve(wrapped[:, axis], kernel, mode="valid") for axis in (0, 1)])


def _evenly(outline: Points, count: int) -> Points:
    """``count`` points at equal distances along a closed outline."""
    closed = np.vstack([outline, outline[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    at = np.arange(count) * along[-1] / count
    return np.column_stack([np.interp(at, along, closed[:, axis]) for axis in (0, 1)])


def _bend_density(traced: Points) -> NDArray[np.float64]:
    """How many handles each stretch of the line deserves; sums to 1."""
    reach = max(1, len(traced) // 64)
    into = traced - np.roll(traced, reach, axis=0)
    out_of = np.roll(traced, -reach, axis=0) - traced
    turn = np.abs(np.arctan2(_cross(into, out_of), (into * out_of).sum(axis=1)))
    bends = np.sqrt(turn)
    even = np.full(len(traced), 1 / len(traced))
    total = float(bends.sum())
    return even if total == 0 else np.asarray(_EVENNESS * even + (1 - _EVENNESS) * bends / total)


def _spread(traced: Points, density: NDArray[np.float64], count: int) -> Points:
    """``count`` points of the line with an equal share of the density between each two."""
    cumulated = np.concatenate([[0.0], np.cumsum(density)])
    at = np.interp((np.arange(count) + 0.5) / count, cumulated, np.arange(len(traced) + 1))
    return np.asarray(traced[np.floor(at).astype(np.int64) % len(traced)])


def _deviations(curve_xy: Points, traced: Points) -> NDArray[np.float64]:
    """How far the line lies from each segment of the curve at most."""
    squares = ((traced[::4, None] - curve_xy[None]) ** 2).sum(axis=2)
    nearest = squares.argmin(axis=1)
    found = np.zeros(len(curve_xy) // _PER_SEGMENT)
    np.maximum.at(found, nearest // _PER_SEGMENT, np.sqrt(squares.min(axis=1)))
    return found


def _is_changed(curve_xy: Points, other_xy: Points) -> BoolMask:
    """Which points of a curve are not points of another one, each with its neighbours."""
    known = {tuple(point) for point in other_xy.tolist()}
    is_changed = np.array([tuple(point) not in known for point in curve_xy.tolist()], dtype=np.bool_)
    return np.asarray(is_changed | np.roll(is_changed, 1) | np.roll(is_changed, -1), dtype=np.bool_)


def _inside(curve_xy: Points, box: PixelBox) -> BoolMask:
    """Which pixels of a box lie inside a curve."""
    inside = np.zeros((box.height, box.width), dtype=np.bool_)
    shifted = curve_xy - (box.left, box.top)
    outline_spans([(x, y) for x, y in shifted.tolist()], inside.shape).fill(inside, value=True)
    return inside
