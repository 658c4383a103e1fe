"""The way along edges between two points of an image, found on a small copy and refined in the image itself.

The search is OpenCV's intelligent scissors (Mortensen and Barrett 1995). It works on a copy of limited size,
so that a point is answered at once at any size; the way is then moved to the strongest edge beside it.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.ui.editor.spaces import Point
from models.contract.arrays import RgbImage
from models.contract.lesion.hair import without_hair

Points = NDArray[np.float64]

SEARCHED_SIDE_PX: Final = 400
"""Longer side of the copy that is searched, at most."""
_SMOOTHING_PX: Final = 1.5
_REACH_SMALL_PX: Final = 1.5
"""How far the way is moved to the side, in pixels of the copy."""
_OFFSETS: Final = 9
_STEP_SMALL_PX: Final = 2.0
"""Distance of the points of the refined way, in pixels of the copy."""


class EdgePaths:
    """Ways along the edges of an image (H, W, 3), from one anchor at a time.

    Args:
        pixels: the image itself.
        copy: it, or a shrunk copy (h, w, 3) of it that is not smaller than what is searched.
    """

    def __init__(self, pixels: RgbImage, copy: RgbImage) -> None:
        self._pixels = pixels
        height, width = pixels.shape[:2]
        self._scale = min(1.0, SEARCHED_SIDE_PX / max(height, width))
        size = (max(1, round(width * self._scale)), max(1, round(height * self._scale)))
        shrunk = cv2.resize(copy, size, interpolation=cv2.INTER_AREA) if self._scale < 1 else copy
        small = np.asarray(shrunk, dtype=np.uint8)
        self._small_shape = (size[1], size[0])
        self._search = cv2.segmentation.IntelligentScissorsMB()
        self._search.setEdgeFeatureCannyParameters(16, 48).setGradientMagnitudeMaxLimit(200)
        # A hair has stronger edges than most lesions, and would lead the way aside.
        self._search.applyImage(cv2.GaussianBlur(without_hair(small), (0, 0), _SMOOTHING_PX))
        self._anchor_xy: Point | None = None

    def start_at(self, anchor_xy: Point) -> None:
        """Let the ways begin at a point of the image."""
        if anchor_xy != self._anchor_xy:
            self._search.buildMap(self._small(anchor_xy))
            self._anchor_xy = anchor_xy

    def path_to(self, image_xy: Point) -> list[Point]:
        """Return the way from the anchor to a point, both included; straight where there is no edge."""
        if self._anchor_xy is None:
            return [image_xy]
        start, end = self._small(self._anchor_xy), self._small(image_xy)
        if start == end:
            return [self._anchor_xy, image_xy]
        found = self._search.getContour(end).reshape(-1, 2).astype(np.float64)
        inner = (found[1:-1] + 0.5) / self._scale
        return [self._anchor_xy, *((x, y) for x, y in inner.tolist()), image_xy]

    def refined(self, path_xy: list[Point]) -> list[Point]:
        """Return a way with its inner points moved to the strongest edge of the image near them."""
        way = _evenly(np.asarray(path_xy), _STEP_SMALL_PX / self._scale)
        if len(way) < 4:
            return path_xy
        reach_px = _REACH_SMALL_PX / self._scale
        offsets = np.linspace(-reach_px, reach_px, _OFFSETS)
        normals = _normals(way)
        strengths = _edge_strengths(self._pixels, way, normals, offsets)
        moved = _smooth(offsets[_smoothest(strengths)])
        refined = way + moved[:, None] * normals
        refined[0], refined[-1] = way[0], way[-1]
        return [(x, y) for x, y in refined.tolist()]

    def _small(self, image_xy: Point) -> tuple[int, int]:
        """The pixel (column, row) of the copy under a point of the image, the next one inside."""
        height, width = self._small_shape
        column, row = (int(np.floor(value * self._scale)) for value in image_xy)
        return min(max(column, 0), width - 1), min(max(row, 0), height - 1)


def _evenly(path: Points, step_px: float) -> Points:
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    count = max(2, round(float(along[-1]) / step_px) + 1)
    at = np.linspace(0.0, along[-1], count)
    even = np.column_stack([np.interp(at, along, path[:, axis]) for axis in (0, 1)])
    for axis in (0, 1):
        even[1:-1, axis] = _smooth(even[:, axis])[1:-1]
    return even


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    padded = np.pad(values, 2, mode="edge")
    return np.convolve(padded, np.array([1, 2, 3, 2, 1]) / 9, mode="valid")


def _normals(way: Points) -> Points:
    tangents = np.gradient(way, axis=0)
    lengths = np.maximum(np.hypot(*tangents.T), 1e-9)
    return np.asarray(np.column_stack([-tangents[:, 1], tangents[:, 0]]) / lengths[:, None])


def _edge_strengths(
    pixels: RgbImage, way: Points, normals: Points, offsets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How much the image changes across the way, (n, offsets), at each offset to its side."""
    step = float(offsets[1] - offsets[0])
    at = np.concatenate([[offsets[0] - step], offsets, [offsets[-1] + step]])
    places = way[:, None] + at[None, :, None] * normals[:, None] - 0.5
    low = np.maximum(np.floor(places.min(axis=(0, 1))).astype(int) - 2, 0)
    high = np.ceil(places.max(axis=(0, 1))).astype(int) + 3
    part = pixels[low[1] : high[1], low[0] : high[0]]
    blurred = cv2.GaussianBlur(part, (0, 0), max(0.6, step / 2))
    inside = (places - low).astype(np.float32)
    seen = cv2.remap(
        blurred, inside[..., 0], inside[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    levels = np.asarray(seen, dtype=np.float64)
    return np.asarray(np.abs(levels[:, 2:] - levels[:, :-2]).sum(axis=2))


def _smoothest(strengths: NDArray[np.float64]) -> NDArray[np.int64]:
    """The offset of each point on the strongest line that moves by one offset between neighbours at most."""
    best = strengths.copy()
    came_from = np.zeros(strengths.shape, dtype=np.int64)
    count = strengths.shape[1]
    for row in range(1, len(best)):
        before = np.pad(best[row - 1], 1, constant_values=-np.inf)
        choices = np.stack([before[:-2], before[1:-1], before[2:]])
        step = np.argmax(choices, axis=0)
        came_from[row] = np.arange(count) + step - 1
        best[row] += choices[step, np.arange(count)]
    chosen = np.zeros(len(best), dtype=np.int64)
    chosen[-1] = int(np.argmax(best[-1]))
    for row in range(len(best) - 1, 0, -1):
        chosen[row - 1] = came_from[row, chosen[row]]
    return chosen
