"""Random variations of training images; every geometric one moves the mask along with the image.

Each function takes its own random generator, so a sample depends only on (seed, epoch, position).
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import RgbImage
from training.augmentation.camera import photographed
from training.augmentation.distortion import bent, bent_plane, distortion
from training.augmentation.obstacles import with_cutouts, with_hairs_and_rim
from training.contract.plan import Augmentation

_GREY_WEIGHTS = np.array([0.299, 0.587, 0.114])
"""Luma weights of ITU-R BT.601."""
_MIDDLE_GREY = 128.0


def varied(
    image: RgbImage,
    mask: NDArray[np.uint8],
    augmentation: Augmentation,
    rng: np.random.Generator,
) -> tuple[RgbImage, NDArray[np.uint8]]:
    """One random variation of an image (h, w, 3) uint8 and its mask (h, w) uint8 of 0 or 1."""
    image, mask = flipped(image, mask, augmentation, rng)
    if rng.random() < augmentation.affine_share:
        forward = random_affine(augmentation, rng, mask.shape[0], mask.shape[1])
        image, mask = warped(image, mask, forward, mask.shape[0], mask.shape[1])
    field = distortion(augmentation, rng, *mask.shape)
    if field is not None:
        image, mask = bent(image, mask, field)
    return taken_anew(image, mask, augmentation, rng), mask


def varied_answer(
    image: RgbImage,
    answer: NDArray[np.uint8],
    augmentation: Augmentation,
    rng: np.random.Generator,
) -> tuple[RgbImage, NDArray[np.uint8]]:
    """As ``varied``, with a probability map (h, w) uint8, 255 = lesion, in place of the mask."""
    image, answer = flipped(image, answer, augmentation, rng)
    if rng.random() < augmentation.affine_share:
        height_px, width_px = answer.shape
        forward = random_affine(augmentation, rng, height_px, width_px)
        image = _warp(image, forward, height_px, width_px)
        answer = _warp(answer, forward, height_px, width_px)
    field = distortion(augmentation, rng, *answer.shape)
    if field is not None:
        image, answer = bent_plane(image, field), bent_plane(answer, field)
    lesion = (answer >= 128).astype(np.uint8)
    return taken_anew(image, lesion, augmentation, rng), answer


def moved_alike(
    planes: Sequence[NDArray[np.uint8]], augmentation: Augmentation, rng: np.random.Generator
) -> list[NDArray[np.uint8]]:
    """Planes (h, w) uint8 moved as ``varied`` moves an image, given a generator in the same state.

    ``varied`` leaves a lesion where it is that a warp would lose; these planes are moved all the same.
    """
    height_px, width_px = planes[0].shape
    moved = _flipped_planes(planes, augmentation, rng)
    if rng.random() < augmentation.affine_share:
        forward = random_affine(augmentation, rng, height_px, width_px)
        moved = [_warp(plane, forward, height_px, width_px) for plane in moved]
    field = distortion(augmentation, rng, height_px, width_px)
    return moved if field is None else [bent_plane(plane, field) for plane in moved]


def taken_anew(
    image: RgbImage,
    mask: NDArray[np.uint8],
    augmentation: Augmentation,
    rng: np.random.Generator,
) -> RgbImage:
    """The image as it might have been taken on another day: what lay before it, its light, its camera.

    No pixel moves; the mask (h, w) of 0 or 1 says what must not be hidden.
    """
    image = with_hairs_and_rim(image, mask, augmentation, rng)
    image = photographed(recoloured(image, augmentation, rng), augmentation, rng)
    return with_cutouts(image, mask, augmentation, rng)


def flipped(
    image: RgbImage,
    mask: NDArray[np.uint8],
    augmentation: Augmentation,
    rng: np.random.Generator,
) -> tuple[RgbImage, NDArray[np.uint8]]:
    """Mirrored left-right and top-down at random; square images are turned by quarters, too."""
    image, mask = _flipped_planes((image, mask), augmentation, rng)
    return image, mask


def _flipped_planes(
    planes: Sequence[NDArray[np.uint8]], augmentation: Augmentation, rng: np.random.Generator
) -> list[NDArray[np.uint8]]:
    flipped = list(planes)
    if augmentation.flips and rng.random() < 0.5:
        flipped = [plane[:, ::-1] for plane in flipped]
    if augmentation.flips and rng.random() < 0.5:
        flipped = [plane[::-1] for plane in flipped]
    is_square = planes[0].shape[0] == planes[0].shape[1]
    if augmentation.quarter_turns and is_square and rng.random() < 0.5:
        flipped = [plane.swapaxes(0, 1) for plane in flipped]
    return [np.ascontiguousarray(plane) for plane in flipped]


def random_affine(
    augmentation: Augmentation, rng: np.random.Generator, height_px: int, width_px: int
) -> NDArray[np.float64]:
    """(3, 3) matrix that turns, scales, shears and shifts points (x, y, 1) about the centre."""
    angle = np.deg2rad(rng.uniform(-1, 1) * augmentation.rotation_deg)
    scale = np.exp(rng.uniform(-1, 1) * np.log1p(augmentation.scale_share))
    shear = rng.uniform(-1, 1) * augmentation.shear_share
    shift = rng.uniform(-1, 1, 2) * augmentation.shift_share * np.array([width_px, height_px])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = np.array([(width_px - 1) / 2, (height_px - 1) / 2])
    linear = scale * turn @ np.array([[1.0, shear], [0.0, 1.0]])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = centre + shift - linear @ centre
    return matrix


def warped(
    image: RgbImage,
    mask: NDArray[np.uint8],
    forward: NDArray[np.float64],
    height_px: int,
    width_px: int,
) -> tuple[RgbImage, NDArray[np.uint8]]:
    """Image and mask moved by the (3, 3) matrix onto a canvas; edges are continued outwards.

    A lesion of a few pixels may vanish in the warp: the pair is then returned unmoved (only resized).
    """
    moved_mask = _warp((mask * np.uint8(255)), forward, height_px, width_px) >= 128
    if mask.any() and not moved_mask.any():
        stretch = np.diag([width_px / mask.shape[1], height_px / mask.shape[0], 1.0])
        moved = _warp(image, stretch, height_px, width_px)
        return moved, _kept_when_resized(mask, height_px, width_px)
    return _warp(image, forward, height_px, width_px), moved_mask.astype(np.uint8)


def recoloured(image: RgbImage, augmentation: Augmentation, rng: np.random.Generator) -> RgbImage:
    """The image with brightness, contrast, saturation, colour cast and sharpness varied."""
    matrix = random_colour_matrix(augmentation, rng)
    changed = cv2.transform(image, matrix)
    if rng.random() < augmentation.blur_share:
        changed = cv2.GaussianBlur(changed, (0, 0), rng.uniform(0.4, 1.2))
    return np.asarray(changed, dtype=np.uint8)


def random_colour_matrix(augmentation: Augmentation, rng: np.random.Generator) -> NDArray[np.float64]:
    """(3, 4) matrix for RGB in 0..255: all colour changes are affine, so one product does them."""
    brightness = 1 + rng.uniform(-1, 1) * augmentation.brightness_share
    contrast = 1 + rng.uniform(-1, 1) * augmentation.contrast_share
    saturation = 1 + rng.uniform(-1, 1) * augmentation.saturation_share
    cast = np.exp(rng.uniform(-1, 1, 3) * augmentation.colour_cast_share)
    mix = saturation * np.eye(3) + (1 - saturation) * np.tile(_GREY_WEIGHTS, (3, 1))
    linear = brightness * contrast * np.diag(cast) @ mix
    offset = np.full((3, 1), brightness * _MIDDLE_GREY * (1 - contrast))
    return np.hstack([linear, offset])


def _warp(
    plane: NDArray[np.uint8], forward: NDArray[np.float64], height_px: int, width_px: int
) -> NDArray[np.uint8]:
    moved = cv2.warpAffine(
        plane,
        forward[:2],
        (width_px, height_px),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved, dtype=np.uint8)


def _kept_when_resized(mask: NDArray[np.uint8], height_px: int, width_px: int) -> NDArray[np.uint8]:
    """The resized mask in which every lesion pixel of the source still marks its new pixel."""
    if mask.shape == (height_px, width_px):
        return mask
    resized = np.zeros((height_px, width_px), np.uint8)
    rows, columns = np.nonzero(mask)
    resized[rows * height_px // mask.shape[0], columns * width_px // mask.shape[1]] = 1
    return resized
