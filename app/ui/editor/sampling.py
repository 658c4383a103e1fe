"""Arrays of an image as they are seen in the view, for a rectangle of device pixels.

A device pixel shows the image pixel (or the interpolated value) under its centre; it belongs to the image
when its centre does. Images, maps and masks all follow this one rule, so they lie on each other exactly.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain.mask import PixelBox
from app.ui.editor.spaces import Placement
from models.contract.arrays import BoolMask

_SEES_PIXELS = 6.0
"""From this enlargement on, pixels are shown as squares instead of being interpolated."""


class ImagePyramid:
    """An image (H, W, C) uint8 and its halvings, so that a zoomed-out view reads few pixels."""

    def __init__(self, pixels: NDArray[np.uint8], *, smallest_px: int = 256) -> None:
        self.shape = (pixels.shape[0], pixels.shape[1])
        self._levels = [np.ascontiguousarray(pixels)]
        while max(self._levels[-1].shape[:2]) > smallest_px:
            height, width = self._levels[-1].shape[:2]
            half = cv2.resize(
                self._levels[-1], ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA
            )
            self._levels.append(half.astype(np.uint8, copy=False))

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """Return the image (H, W, C) itself, not copied."""
        return self._levels[0]

    def copy_of_side(self, longer_side_px: int) -> NDArray[np.uint8]:
        """Return the smallest stored copy (h, w, C) whose longer side is not below ``longer_side_px``."""
        wide = [level for level in self._levels if max(level.shape[:2]) >= longer_side_px]
        return wide[-1] if wide else self._levels[0]

    def seen(self, placement: Placement, box: PixelBox) -> NDArray[np.uint8]:
        """Return the pixels (h, w, C) seen in ``box`` of the view; beyond the border the edge is repeated."""
        return self._warped(placement, box, self.shape, is_pixelated=placement.scale >= _SEES_PIXELS)

    def seen_over(
        self, image_shape: tuple[int, int], placement: Placement, box: PixelBox
    ) -> NDArray[np.uint8]:
        """Return the values seen in ``box`` when this smaller map is stretched over an image."""
        return self._warped(placement, box, image_shape, is_pixelated=False)

    def _warped(
        self, placement: Placement, box: PixelBox, image_shape: tuple[int, int], *, is_pixelated: bool
    ) -> NDArray[np.uint8]:
        level = self._level_for(placement.scale * image_shape[1] / self.shape[1])
        pixels = self._levels[level]
        ratio_x, ratio_y = pixels.shape[1] / image_shape[1], pixels.shape[0] / image_shape[0]
        matrix = _inverse_matrix(placement, box, ratio_x, ratio_y)
        left, top, right, bottom = _reached(matrix, box, pixels.shape)
        matrix[:, 2] -= (left, top)
        seen = cv2.warpAffine(
            pixels[top:bottom, left:right],
            matrix,
            (box.width, box.height),
            flags=(cv2.INTER_NEAREST if is_pixelated else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return seen.astype(np.uint8, copy=False)

    def _level_for(self, scale: float) -> int:
        level = 0
        while scale <= 0.5 and level + 1 < len(self._levels):
            scale *= 2
            level += 1
        return level


@dataclass(frozen=True, slots=True)
class SeenIndices:
    """Which image rows and columns a box of the view shows, and where in the box they start."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    is_on_side: bool
    inside: PixelBox
    """The part of the view box that shows the image, in coordinates of that box."""


def seen_indices(placement: Placement, box: PixelBox, shape: tuple[int, ...]) -> SeenIndices:
    """Return the image pixels under the centres of the device pixels of ``box``."""
    x_view = np.arange(box.left, box.right, dtype=np.float64) + 0.5
    y_view = np.arange(box.top, box.bottom, dtype=np.float64) + 0.5
    along_x = _image_coordinates(placement, x_view, is_horizontal=True)
    along_y = _image_coordinates(placement, y_view, is_horizontal=False)
    is_on_side = placement.quarter_turns % 2 == 1
    x_limit, y_limit = (shape[0], shape[1]) if is_on_side else (shape[1], shape[0])
    x_first, x_after = _inside_range(along_x, x_limit)
    y_first, y_after = _inside_range(along_y, y_limit)
    across, down = along_x[x_first:x_after], along_y[y_first:y_after]
    rows, columns = (across, down) if is_on_side else (down, across)
    return SeenIndices(rows, columns, is_on_side, PixelBox(y_first, x_first, y_after, x_after))


def seen_mask(mask: BoolMask, placement: Placement, box: PixelBox) -> NDArray[np.uint8]:
    """Return ``mask`` (H, W) as seen in ``box`` of the view, (h, w) uint8, 255 inside, 0 beyond the image."""
    seen = np.zeros((box.height, box.width), dtype=np.uint8)
    indices = seen_indices(placement, box, mask.shape)
    if indices.inside.is_empty:
        return seen
    rows, columns = indices.rows, indices.columns
    top, left = min(rows[0], rows[-1]), min(columns[0], columns[-1])
    block = mask[top : max(rows[0], rows[-1]) + 1, left : max(columns[0], columns[-1]) + 1].view(np.uint8)
    picked = _picked(_picked(block, rows - top, axis=0), columns - left, axis=1)
    upright = picked.T if indices.is_on_side else picked
    np.multiply(upright, np.uint8(255), out=seen[indices.inside.window])
    return seen


def _picked(block: NDArray[np.uint8], index: NDArray[np.int64], *, axis: int) -> NDArray[np.uint8]:
    """Take rows or columns, without copying when all of them are wanted in order."""
    if index.size == block.shape[axis] and (index.size == 1 or index[0] < index[-1]):
        return block
    return block.take(index, axis=axis)


def _image_coordinates(
    placement: Placement, view: NDArray[np.float64], *, is_horizontal: bool
) -> NDArray[np.int64]:
    """Index of the image pixel along one axis of the view; quarter turns keep the axes apart."""
    offset = placement.offset_xy[0 if is_horizontal else 1]
    is_reversed = placement.quarter_turns in ((1, 2) if is_horizontal else (2, 3))
    along = (view - offset) / placement.scale
    return np.floor(-along if is_reversed else along).astype(np.int64)


def _inside_range(index: NDArray[np.int64], limit: int) -> tuple[int, int]:
    """First and last-but-one position whose index lies in [0, limit); indices run one way."""
    is_inside = (index >= 0) & (index < limit)
    if not is_inside.any():
        return 0, 0
    first = int(np.argmax(is_inside))
    return first, first + int(np.count_nonzero(is_inside))


def _inverse_matrix(
    placement: Placement, box: PixelBox, ratio_x: float, ratio_y: float
) -> NDArray[np.float64]:
    """Matrix (2, 3) from device pixel indices of ``box`` to pixel indices of a pyramid level."""
    origin = placement.image_xy((box.left + 0.5, box.top + 0.5))
    right = placement.image_xy((box.left + 1.5, box.top + 0.5))
    below = placement.image_xy((box.left + 0.5, box.top + 1.5))
    ratios = np.array([ratio_x, ratio_y])
    start = np.asarray(origin) * ratios
    return np.column_stack(
        [np.asarray(right) * ratios - start, np.asarray(below) * ratios - start, start - 0.5]
    )


def _reached(matrix: NDArray[np.float64], box: PixelBox, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of the level's pixels that ``box`` needs, at least one pixel."""
    corners = np.array([[0, 0, 1], [box.width, 0, 1], [0, box.height, 1], [box.width, box.height, 1]])
    x, y = matrix @ corners.T
    left = int(np.clip(np.floor(x.min()) - 2, 0, shape[1] - 1))
    top = int(np.clip(np.floor(y.min()) - 2, 0, shape[0] - 1))
    right = int(np.clip(np.ceil(x.max()) + 3, left + 1, shape[1]))
    bottom = int(np.clip(np.ceil(y.max()) + 3, top + 1, shape[0]))
    return left, top, right, bottom
