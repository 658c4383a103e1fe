"""Bending a training image: elastic and grid distortion, as fields that say where each pixel comes from."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import RgbImage
from training.augmentation.chance import falls_on_this_one
from training.contract.plan import Augmentation

_ELASTIC_SHARE = 0.03
"""Largest shift, of the shorter side."""
_ELASTIC_KNOTS = 5
"""Knots of the shifts along a side: with so few, neighbouring pixels move alike and nothing folds over."""
_GRID_CELLS = 5
_GRID_STRETCH = 0.3
"""How much wider or narrower a cell may become."""
_LEAST_LEFT = 0.5
"""Share of the lesion that must still be in the frame; a small one at its edge may be pushed out."""


def distortion(
    augmentation: Augmentation, rng: np.random.Generator, height_px: int, width_px: int
) -> NDArray[np.float32] | None:
    """(h, w, 2) float32: the point (x, y) that each pixel comes from; None if nothing is to be bent."""
    has_elastic = falls_on_this_one(augmentation.elastic_share, rng)
    has_grid = falls_on_this_one(augmentation.grid_share, rng)
    if not (has_elastic or has_grid):
        return None
    columns, rows = np.arange(width_px, dtype=np.float32), np.arange(height_px, dtype=np.float32)
    if has_grid:
        columns, rows = _stretched(width_px, rng), _stretched(height_px, rng)
    field = np.stack(np.meshgrid(columns, rows), axis=-1)
    if has_elastic:
        field = field + _shifts(height_px, width_px, rng)
    return np.asarray(field, dtype=np.float32)


def bent(
    image: RgbImage, mask: NDArray[np.uint8], field: NDArray[np.float32]
) -> tuple[RgbImage, NDArray[np.uint8]]:
    """Image (h, w, 3) and mask (h, w) of 0 or 1, bent alike, or neither if little of the lesion were left."""
    moved = bent_plane(mask * np.uint8(255), field) >= 128
    if moved.sum() < _LEAST_LEFT * mask.sum():
        return image, mask
    return bent_plane(image, field), moved.astype(np.uint8)


def bent_plane(plane: NDArray[np.uint8], field: NDArray[np.float32]) -> NDArray[np.uint8]:
    """An image or a map of probabilities, bent; edges are continued outwards."""
    columns, rows = cv2.split(field)
    moved = cv2.remap(plane, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, dtype=np.uint8)


def _shifts(height_px: int, width_px: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """(h, w, 2) shifts in px, smooth between a few random knots."""
    largest_px = _ELASTIC_SHARE * min(height_px, width_px)
    knots = rng.uniform(-largest_px, largest_px, (_ELASTIC_KNOTS, _ELASTIC_KNOTS, 2)).astype(np.float32)
    smooth = cv2.resize(knots, (width_px, height_px), interpolation=cv2.INTER_CUBIC)
    return np.asarray(smooth, dtype=np.float32)


def _stretched(side_px: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Where each column (or row) comes from when the cells of a grid are made wider and narrower."""
    widths = 1 + rng.uniform(-_GRID_STRETCH, _GRID_STRETCH, _GRID_CELLS)
    knots = np.concatenate([[0.0], np.cumsum(widths)]) / widths.sum() * (side_px - 1)
    even = np.linspace(0, side_px - 1, _GRID_CELLS + 1)
    return np.asarray(np.interp(np.arange(side_px), even, knots), dtype=np.float32)
