"""Frames of healthy skin, cut beside the lesions of training images."""

import cv2
import numpy as np

from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.regions import extent_px

_SMALLEST_STRIP_PX = 48
_GAP_SHARE = 0.06
"""Of the frame's shorter side, kept between lesion and crop: experts draw borders closely."""
_LARGEST_STRETCH = 2.5


def skin_frame(image: RgbImage, mask: BoolMask, rng: np.random.Generator) -> RgbImage | None:
    """A frame of the image's size (H, W, 3) uint8 of lesion-free skin alone; None where too little is left.

    Half of the frames are the strip beside the lesion enlarged, half are the strip continued by reflection
    at its own scale, so that neither sharpness nor scale tells skin from lesions.
    """
    strip = _largest_strip(image, mask)
    if strip is None:
        return None
    height, width = image.shape[:2]
    if rng.random() < 0.5:
        return _enlarged(strip, height, width, rng)
    below, right = max(0, height - strip.shape[0]), max(0, width - strip.shape[1])
    whole = np.pad(strip, ((0, below), (0, right), (0, 0)), mode="symmetric")
    return np.ascontiguousarray(whole[:height, :width])


def lesion_frame(image: RgbImage, mask: BoolMask, rng: np.random.Generator) -> RgbImage:
    """The image enlarged about its lesion as much as skin is in `skin_frame`, so that scale says nothing."""
    extent = extent_px(mask)
    height, width = image.shape[:2]
    if extent is None or rng.random() < 0.5:
        return image
    top, left, bottom, right = extent
    stretch = rng.uniform(1.0, _LARGEST_STRETCH)
    crop_height, crop_width = round(height / stretch), round(width / stretch)
    centre_y = (top + bottom) / 2 + rng.uniform(-0.3, 0.3) * (bottom - top)
    centre_x = (left + right) / 2 + rng.uniform(-0.3, 0.3) * (right - left)
    y = int(np.clip(centre_y - crop_height / 2, 0, height - crop_height))
    x = int(np.clip(centre_x - crop_width / 2, 0, width - crop_width))
    return _resized(image[y : y + crop_height, x : x + crop_width], height, width)


def _largest_strip(image: RgbImage, mask: BoolMask) -> RgbImage | None:
    extent = extent_px(mask)
    if extent is None:
        return None
    top, left, bottom, right = extent
    gap = round(_GAP_SHARE * min(mask.shape))
    edge = gap // 2
    inner = image[edge : image.shape[0] - edge, edge : image.shape[1] - edge]
    top, bottom, left, right = top - edge - gap, bottom - edge + gap, left - edge - gap, right - edge + gap
    strips = [inner[: max(0, top)], inner[bottom:], inner[:, : max(0, left)], inner[:, right:]]
    usable = [strip for strip in strips if min(strip.shape[:2]) >= _SMALLEST_STRIP_PX]
    return max(usable, key=lambda strip: min(strip.shape[:2])) if usable else None


def _enlarged(strip: RgbImage, height: int, width: int, rng: np.random.Generator) -> RgbImage:
    """The part of the strip that has the frame's proportions, at the frame's size."""
    scale = min(strip.shape[0] / height, strip.shape[1] / width)
    crop_height, crop_width = max(1, int(height * scale)), max(1, int(width * scale))
    y = int(rng.integers(strip.shape[0] - crop_height + 1))
    x = int(rng.integers(strip.shape[1] - crop_width + 1))
    return _resized(strip[y : y + crop_height, x : x + crop_width], height, width)


def _resized(image: RgbImage, height: int, width: int) -> RgbImage:
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
