"""What a camera and its software do to a picture: white balance, local contrast, resolution, noise.

None of it moves a pixel, so the mask stays as it is.
"""

import cv2
import numpy as np

from models.contract.arrays import RgbImage
from models.contract.imaging.colour_constancy import shades_of_grey
from training.augmentation.chance import falls_on_this_one
from training.contract.plan import Augmentation

_CLIP_LIMIT = (1.0, 4.0)
_TILES = (8, 8)
_SCALE = (0.5, 0.9)
_NOISE_DEVIATION = (2.0, 7.0)
"""In levels of 0 to 255."""


def photographed(image: RgbImage, augmentation: Augmentation, rng: np.random.Generator) -> RgbImage:
    """The image (h, w, 3) uint8 as another camera might have taken it, each change as often as planned."""
    if falls_on_this_one(augmentation.colour_constancy_share, rng):
        image = shades_of_grey(image)
    if falls_on_this_one(augmentation.local_contrast_share, rng):
        image = _with_local_contrast(image, rng.uniform(*_CLIP_LIMIT))
    if falls_on_this_one(augmentation.downscale_share, rng):
        image = _coarser(image, rng.uniform(*_SCALE))
    if falls_on_this_one(augmentation.noise_share, rng):
        noise = rng.normal(0, rng.uniform(*_NOISE_DEVIATION), image.shape)
        image = np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)
    return image


def _with_local_contrast(image: RgbImage, clip_limit: float) -> RgbImage:
    """Contrast-limited adaptive equalisation of the lightness."""
    lightness, *colours = cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2LAB))
    equalised = cv2.createCLAHE(clip_limit, _TILES).apply(lightness)
    return np.asarray(cv2.cvtColor(cv2.merge([equalised, *colours]), cv2.COLOR_LAB2RGB), dtype=np.uint8)


def _coarser(image: RgbImage, scale: float) -> RgbImage:
    """The image with the details of a smaller one."""
    height, width = image.shape[:2]
    small_size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image, small_size, interpolation=cv2.INTER_AREA)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, dtype=np.uint8)
