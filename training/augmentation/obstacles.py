"""What may lie before a lesion: hairs, the dark rim of a dermatoscope, and places that are left out.

The mask says where the lesion is, not where it can be seen, so it stays as it is. Nothing may hide most of a
small lesion: what would is not drawn.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask, RgbImage
from training.augmentation.chance import falls_on_this_one
from training.contract.plan import Augmentation

_MOST_HIDDEN = 0.25
"""Share of the lesion that hairs, or places left out, may cover together."""
_HAIRS = (3, 11)
_HAIR_WIDTH_PX = (1, 2)
_HAIR_BRIGHTNESS = (10, 70)
_HAIR_LENGTH_SHARE = (0.3, 0.9)
_CUTOUTS = (1, 8)
_CUTOUT_SHARE = (0.05, 0.1)
"""Side of a place that is left out, of the shorter side."""
_RIM_RADIUS_SHARE = (0.75, 1.0)
"""Of half the diagonal."""
_RIM_SOFTNESS = 0.08


def with_hairs_and_rim(
    image: RgbImage, mask: NDArray[np.uint8], augmentation: Augmentation, rng: np.random.Generator
) -> RgbImage:
    """The image (h, w, 3) uint8 behind dark hairs and in a dark rim, each as often as planned."""
    if falls_on_this_one(augmentation.hair_share, rng):
        image = with_hairs(image, mask, rng)
    if falls_on_this_one(augmentation.vignette_share, rng):
        image = with_rim(image, mask, rng)
    return image


def with_cutouts(
    image: RgbImage, mask: NDArray[np.uint8], augmentation: Augmentation, rng: np.random.Generator
) -> RgbImage:
    """The image with a few squares of its mean colour, as often as planned."""
    if not falls_on_this_one(augmentation.cutout_share, rng):
        return image
    height, width = mask.shape
    left_out = np.zeros(mask.shape, bool)
    for _ in range(int(rng.integers(_CUTOUTS[0], _CUTOUTS[1] + 1))):
        side = max(1, round(rng.uniform(*_CUTOUT_SHARE) * min(height, width)))
        top, left = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
        place = np.zeros(mask.shape, bool)
        place[top : top + side, left : left + side] = True
        left_out = _joined(left_out, place, mask)
    mean = image.mean(axis=(0, 1)).astype(np.uint8)
    return np.where(left_out[..., None], mean, image)


def with_hairs(image: RgbImage, mask: NDArray[np.uint8], rng: np.random.Generator) -> RgbImage:
    """The image behind straight dark lines."""
    hairs = np.zeros(mask.shape, bool)
    for _ in range(int(rng.integers(_HAIRS[0], _HAIRS[1] + 1))):
        hairs = _joined(hairs, _line(mask.shape, rng), mask)
    colour = np.full(3, rng.integers(*_HAIR_BRIGHTNESS), np.uint8)
    # A hair is narrower than its pixels, so its edges are those of a slightly blurred line.
    opacity = cv2.GaussianBlur(hairs.astype(np.float32), (0, 0), 0.5)[..., None]
    behind = image * (1 - opacity) + colour * opacity
    return np.rint(np.where(_near(hairs)[..., None], behind, image)).astype(np.uint8)


def with_rim(image: RgbImage, mask: NDArray[np.uint8], rng: np.random.Generator) -> RgbImage:
    """The image in the round field of a dermatoscope, which is never narrower than the lesion."""
    height, width = mask.shape
    rows, columns = np.mgrid[:height, :width]
    centre_y, centre_x = (height - 1) / 2, (width - 1) / 2
    half_diagonal = max(1.0, float(np.hypot(centre_y, centre_x)))
    distance = np.hypot(rows - centre_y, columns - centre_x) / half_diagonal
    radius = rng.uniform(*_RIM_RADIUS_SHARE)
    if mask.any():
        radius = max(radius, float(distance[mask > 0].max()) + _RIM_SOFTNESS)
    light = np.clip((radius - distance) / _RIM_SOFTNESS, 0, 1)[..., None]
    return np.asarray(np.rint(image * light), dtype=np.uint8)


def _line(shape: tuple[int, ...], rng: np.random.Generator) -> BoolMask:
    height, width = shape
    start = rng.uniform(0, 1, 2) * (width, height)
    angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(*_HAIR_LENGTH_SHARE) * max(height, width)
    end = start + length * np.array([np.cos(angle), np.sin(angle)])
    drawn = np.zeros((height, width), np.uint8)
    thickness = int(rng.integers(_HAIR_WIDTH_PX[0], _HAIR_WIDTH_PX[1] + 1))
    (x, y), (end_x, end_y) = start.astype(int).tolist(), end.astype(int).tolist()
    cv2.line(drawn, (x, y), (end_x, end_y), (1,), thickness)
    return drawn > 0


def _joined(covered: BoolMask, more: BoolMask, mask: NDArray[np.uint8]) -> BoolMask:
    """What is covered with one more obstacle, or without it if it would hide too much of the lesion."""
    together = covered | more
    lesion = mask > 0
    hidden = (_near(together) & lesion).sum()
    return covered if hidden > _MOST_HIDDEN * lesion.sum() else together


def _near(covered: BoolMask) -> BoolMask:
    """What is covered, with the pixels that touch it."""
    return cv2.dilate(covered.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
