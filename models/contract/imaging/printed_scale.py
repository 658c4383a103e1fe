"""Finds a ruler that is printed in an image: a straight line with ticks at equal distances.

Dark lines (or bright ones on a dark ground) are brought out, straight ones are looked for among them, and
along each the ticks that stand on either side of it. Ticks are accepted only when nearly all of a regular row
are there. What distance they stand for the picture does not say: a person has to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import RgbImage
from models.contract.imaging.regular_ticks import RegularTicks, regular_ticks

LEAST_CONFIDENCE: Final = 0.7
"""Below it no scale is reported; docs/results.md says how often images without a ruler reach it."""

_LONGER_SIDE_PX: Final = 1280
"""Larger images are searched at this size; ticks are placed to a fraction of a pixel all the same."""
_LINE_WIDTH_SHARE: Final = 0.016
"""Of the longer side: what is narrower can be a printed line."""
_LEAST_CONTRAST: Final = 10
"""Levels by which a printed line differs from its surroundings."""
_LEAST_LINE_SHARE: Final = 0.14
"""Of the longer side: how long a ruler is at least."""
_MOST_LINES: Final = 40
_REACH_SHARE: Final = 0.045
"""Of the longer side: how far ticks may reach from their line."""
_LINE_DOUBT_PX: Final = 4
"""How far beside its true place a line may be found at its ends, before it is fitted."""
_GAP_SHARE: Final = 0.03
"""Of the longer side: how much of a line a hair, a bubble or a reflection may hide in one place."""
_NEARLY: Final = 0.88
"""Of two rows of ticks that are nearly as clear, the longer one counts, then that of the longer ticks."""
_LONGER_TICKS: Final = (2, 4, 5, 10)
"""Every how many ticks of a ruler one is longer than the others."""
_SAME_DISTANCE: Final = 0.03

_Grey = NDArray[np.float32]
_Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PrintedScale:
    """A row of ticks at equal distances, the longest that form one."""

    ticks_xy: tuple[tuple[float, float], ...]
    """Where the ticks stand on their line, in order, px of the image; hidden ones are left out.

    The middle of the first pixel is (0.5, 0.5)."""
    distance_px: float
    """From one tick to the next."""
    across_xy: tuple[float, float]
    """From a tick's foot to its tip, px."""
    confidence: float
    """In [0, 1], no probability: how complete, regular and distinct the ticks are."""

    @property
    def length_px(self) -> float:
        """Return the distance from the first tick to the last one."""
        return float(np.hypot(*np.subtract(self.ticks_xy[-1], self.ticks_xy[0])))

    def mm_per_px(self, tick_distance_mm: float = 1.0) -> float:
        """Return the width of a pixel in mm when two ticks are so far apart."""
        return tick_distance_mm / self.distance_px


def find_printed_scale(image: RgbImage) -> PrintedScale | None:
    """Return the printed ruler of an image (H, W, 3) uint8; None when there is no clear one."""
    shrunk = min(1.0, _LONGER_SIDE_PX / max(image.shape[:2]))
    grey: NDArray[np.uint8] = np.asarray(
        cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY), np.uint8
    )
    if shrunk < 1:
        smaller = cv2.resize(grey, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA)
        grey = np.asarray(smaller, np.uint8)
    if min(grey.shape) < 32:
        return None
    found = [scale for lines in _thin_lines(grey) for scale in _scales_on(lines)]
    if not found:
        return None
    clearest = max(scale.confidence for scale in found)
    clear = (scale for scale in found if scale.confidence >= _NEARLY * clearest)
    return _enlarged(max(clear, key=lambda scale: scale.length_px), image.shape[1] / grey.shape[1])


def _thin_lines(grey: NDArray[np.uint8]) -> Iterator[_Grey]:
    """Return by how many levels thin dark lines, then thin bright ones, differ from what is around them."""
    side_px = max(7, round(_LINE_WIDTH_SHARE * max(grey.shape))) | 1
    square = np.ones((side_px, side_px), np.uint8)
    for operation in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT):
        yield cv2.morphologyEx(grey, operation, square).astype(np.float32)


def _scales_on(lines: _Grey) -> Iterator[PrintedScale]:
    reach_px = round(_REACH_SHARE * max(lines.shape))
    for fitted_xy in _straight_lines(lines):
        band = _band(lines, fitted_xy, reach_px)
        for side in (-1, 1):
            half = band[reach_px::side]
            scale = _longest_ticks(half, fitted_xy, side)
            if scale is not None:
                yield scale


def _straight_lines(lines: _Grey) -> list[_Points]:
    """Return the ends (2, 2) of straight lines, as (x, y), each from where it begins to where it stops."""
    longer_px = max(lines.shape)
    is_line = (lines >= _LEAST_CONTRAST).astype(np.uint8)
    least_px = _LEAST_LINE_SHARE * longer_px
    found = cv2.HoughLinesP(
        is_line, 1.0, np.pi / 360, round(0.7 * least_px), minLineLength=least_px, maxLineGap=0.02 * longer_px
    )
    if found is None:
        return []
    ends = np.asarray(found, np.float64).reshape(-1, 2, 2)
    lengths = np.hypot(*(ends[:, 1] - ends[:, 0]).T)
    kept: list[_Points] = []
    for ends_xy in ends[np.argsort(-lengths)[:_MOST_LINES]]:
        if not any(_is_part_of(ends_xy, line) for line in kept):
            kept.append(_whole(lines, _fitted(lines, ends_xy)))
    return kept


def _is_part_of(ends_xy: _Points, line_xy: _Points) -> bool:
    """Say whether a piece lies on a line that is known already."""
    along, across = _directions(line_xy)
    places = (ends_xy - line_xy[0]) @ along
    length_px = float(np.hypot(*(line_xy[1] - line_xy[0])))
    is_beside = np.abs((ends_xy - line_xy[0]) @ across).max() > 0.5 * _LINE_DOUBT_PX
    return not is_beside and places.min() >= -_LINE_DOUBT_PX and places.max() <= length_px + _LINE_DOUBT_PX


def _whole(lines: _Grey, ends_xy: _Points) -> _Points:
    """Return the ends of the line of which a piece was found, fitted to all of it."""
    along, _across = _directions(ends_xy)
    length_px = float(np.hypot(*(ends_xy[1] - ends_xy[0])))
    far_px = 1.5 * length_px
    is_drawn = _band(lines, ends_xy + np.array([-far_px, far_px])[:, None] * along, 1).max(axis=0)
    drawn = np.flatnonzero(is_drawn >= _LEAST_CONTRAST)
    parts = np.split(drawn, np.flatnonzero(np.diff(drawn) > _GAP_SHARE * max(lines.shape)) + 1)
    middle = far_px + length_px / 2
    part = min(parts, key=lambda each: float(np.abs(each - middle).min()) if each.size else np.inf)
    if part.size < 2 or part[-1] - part[0] < length_px:
        return ends_xy
    start = ends_xy[0] - far_px * along
    return _fitted(lines, start + np.array([part[0], part[-1]], np.float64)[:, None] * along)


def _fitted(lines: _Grey, ends_xy: _Points) -> _Points:
    """Return the ends of a line brought onto the middle of what is drawn."""
    reach_px = _LINE_DOUBT_PX
    band = _band(lines, ends_xy, reach_px)
    offsets = np.arange(-reach_px, reach_px + 1, dtype=np.float64)[:, None]
    weights = np.square(band)
    middles = (weights * offsets).sum(axis=0) / (weights.sum(axis=0) + 1e-6)
    places = np.linspace(0, 1, band.shape[1])
    steps = np.polynomial.polynomial.polyfit(places, middles, 1, w=np.sqrt(weights.sum(axis=0)))
    _along, across = _directions(ends_xy)
    return ends_xy + np.array([steps[0], steps[0] + steps[1]])[:, None] * across


def _directions(ends_xy: _Points) -> tuple[_Points, _Points]:
    along = (ends_xy[1] - ends_xy[0]) / np.hypot(*(ends_xy[1] - ends_xy[0]))
    return along, np.array([-along[1], along[0]])


def _band(lines: _Grey, ends_xy: _Points, reach_px: int) -> _Grey:
    """Return what is along a line, (2 * reach + 1, length in px), its own place in the middle row."""
    along, across = _directions(ends_xy)
    count = round(float(np.hypot(*(ends_xy[1] - ends_xy[0])))) + 1
    offsets = np.arange(-reach_px, reach_px + 1)[:, None, None] * across
    places = (ends_xy[0] + np.arange(count)[None, :, None] * along + offsets).astype(np.float32)
    return np.asarray(
        cv2.remap(lines, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT),
        np.float32,
    )


def _longest_ticks(half: _Grey, ends_xy: _Points, side: int) -> PrintedScale | None:
    """Return the farthest-reaching clear row of ticks on one side of a line.

    ``half`` is (reach + 1, length), its first row on the line.
    """
    best: tuple[int, RegularTicks] | None = None
    for start in range(2, half.shape[0] - 2, 2):
        ticks = regular_ticks(half[start : start + 3].mean(axis=0))
        if ticks is not None and ticks.confidence >= LEAST_CONFIDENCE and _counts_before(ticks, best):
            best = (start + 2, ticks)
    if best is None:
        return None
    reach_px, ticks = best
    along, across = _directions(ends_xy)
    places = ends_xy[0] + np.array(ticks.places_px)[:, None] * along
    return PrintedScale(
        tuple((float(x), float(y)) for x, y in places),
        ticks.distance_px,
        (float(side * reach_px * across[0]), float(side * reach_px * across[1])),
        ticks.confidence,
    )


def _counts_before(ticks: RegularTicks, nearer: tuple[int, RegularTicks] | None) -> bool:
    """Say whether a row of ticks that reaches farther is to be taken: as clear, or the longer ticks alone."""
    if nearer is None or ticks.confidence >= 0.9 * nearer[1].confidence:
        return True
    ratio = ticks.distance_px / nearer[1].distance_px
    return any(abs(ratio / times - 1) < _SAME_DISTANCE for times in _LONGER_TICKS)


def _enlarged(scale: PrintedScale, factor: float) -> PrintedScale:
    """Return a scale found on a smaller image, by the middles of its pixels, in px of the whole one."""
    x, y = scale.across_xy
    return PrintedScale(
        tuple(((x + 0.5) * factor, (y + 0.5) * factor) for x, y in scale.ticks_xy),
        scale.distance_px * factor,
        (x * factor, y * factor),
        scale.confidence,
    )
