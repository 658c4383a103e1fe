"""Lesions cut out generously once, from which every training view is drawn by one affine map."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import RgbImage
from models.contract.imaging.preprocess import Box, cropped, resized
from training.augmentation.augment import flipped, random_affine, taken_anew, warped
from training.augmentation.distortion import bent, distortion
from training.contract.data_set import Sample
from training.contract.plan import Augmentation
from training.contract.progress_bar import shown
from training.inputs.array_cache import names_key, save_array
from training.inputs.decode import read_image, read_mask

_CANVAS_MARGIN = 0.6
"""Share of the lesion's square kept on each side: room for shifts, turns and larger boxes."""


@dataclass(frozen=True)
class Canvases:
    """(N, c, c, 3) and (N, c, c) uint8; each shows the square of its lesion plus 60 % per side."""

    images: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    squares: NDArray[np.float32]
    """(N, 3) float32: centre column, centre row and side of the lesion's square, image px."""

    def onto_view(
        self, index: int, square: NDArray[np.float32], margin: float, size_px: int
    ) -> NDArray[np.float64]:
        """(3, 3) matrix from canvas pixels to a view (size_px) of ``square`` plus margin."""
        side = self.images.shape[1]
        own_x, own_y, own_side = (float(value) for value in self.squares[index])
        per_px = own_side * (1 + 2 * _CANVAS_MARGIN) / side
        x, y, lesion_side = (float(value) for value in square)
        scale = per_px * size_px / (lesion_side * (1 + 2 * margin))
        middle, centre = (size_px - 1) / 2, (side - 1) / 2
        centre_x, centre_y = centre + (x - own_x) / per_px, centre + (y - own_y) / per_px
        return np.array(
            [
                [scale, 0.0, middle - scale * centre_x],
                [0.0, scale, middle - scale * centre_y],
                [0.0, 0.0, 1.0],
            ]
        )


def view_of(
    canvases: Canvases,
    index: int,
    square: NDArray[np.float32],
    augmentation: Augmentation,
    rng: np.random.Generator,
    *,
    margin: float,
    size_px: int,
) -> tuple[RgbImage, NDArray[np.uint8]]:
    """One randomly varied view of a lesion: image (s, s, 3) and mask (s, s) of 0 or 1, uint8."""
    forward = canvases.onto_view(index, square, margin, size_px)
    if rng.random() < augmentation.affine_share:
        forward = random_affine(augmentation, rng, size_px, size_px) @ forward
    image, mask = warped(canvases.images[index], canvases.masks[index], forward, size_px, size_px)
    image, mask = flipped(image, mask, augmentation, rng)
    field = distortion(augmentation, rng, *mask.shape)
    if field is not None:
        image, mask = bent(image, mask, field)
    return taken_anew(image, mask, augmentation, rng), mask


def load_canvases(
    samples: tuple[Sample, ...],
    squares: NDArray[np.float32],
    *,
    size_px: int,
    margin: float,
    cache: Path,
) -> Canvases:
    """The canvases for views of ``size_px``, cut once and then mapped from ``cache``."""
    side = round(size_px * (1 + 2 * _CANVAS_MARGIN) / (1 + 2 * margin))
    name = f"{names_key(samples)}-canvas{side}"
    image_file, mask_file = cache / f"{name}-images.npy", cache / f"{name}-masks.npy"
    if not (image_file.exists() and mask_file.exists()):
        cache.mkdir(parents=True, exist_ok=True)
        images, masks = _cut(samples, squares, side)
        save_array(image_file, images)
        save_array(mask_file, masks)
    images, masks = np.load(image_file, mmap_mode="r"), np.load(mask_file, mmap_mode="r")
    return Canvases(images, masks, squares)


def _cut(
    samples: tuple[Sample, ...], squares: NDArray[np.float32], side: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    images = np.empty((len(samples), side, side, 3), np.uint8)
    masks = np.zeros((len(samples), side, side), np.uint8)
    for index, sample in enumerate(shown(samples, "Cutting lesions")):
        image = read_image(sample)
        box = _canvas_box(squares[index])
        images[index] = resized(cropped(image, box), height_px=side, width_px=side)
        mask = read_mask(sample, image.shape)
        if mask is not None:
            stacked = np.repeat(mask[..., None].astype(np.uint8) * np.uint8(255), 3, axis=2)
            small = resized(cropped(stacked, box), height_px=side, width_px=side)
            masks[index] = np.asarray(small[..., 0], dtype=np.uint8) >= 128
    return images, masks


def _canvas_box(square: NDArray[np.float32]) -> Box:
    x, y, lesion_side = (float(value) for value in square)
    side = max(1, round(lesion_side * (1 + 2 * _CANVAS_MARGIN)))
    return Box(round(y - (side - 1) / 2), round(x - (side - 1) / 2), side, side)
