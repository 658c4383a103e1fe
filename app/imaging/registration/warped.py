"""An earlier photograph, and masks on it, as the frame of a later one shows them."""

import cv2
import numpy as np

from app.domain.followup.image_transform import ImageTransform
from models.contract.arrays import BoolMask, RgbImage

_GROUND = (128, 128, 128)
"""Grey where the earlier photograph shows nothing."""


def warped_image(pixels: RgbImage, transform: ImageTransform, shape: tuple[int, int]) -> RgbImage:
    """Return a photograph (h, w, 3) in a frame of ``shape`` (H, W), grey where it shows nothing."""
    height, width = shape
    reduced = transform.scale < 1
    warped = cv2.warpAffine(
        _blurred(pixels, transform.scale) if reduced else pixels,
        transform.index_matrix,
        (width, height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_GROUND,
    )
    return warped.astype(np.uint8, copy=False)


def warped_mask(mask: BoolMask, transform: ImageTransform, shape: tuple[int, int]) -> BoolMask:
    """Return a mask (h, w) in a frame of ``shape`` (H, W), False where the earlier photograph ends."""
    height, width = shape
    levels = np.ascontiguousarray(mask, dtype=np.uint8) * 255
    warped = cv2.warpAffine(levels, transform.index_matrix, (width, height), flags=cv2.INTER_LINEAR)
    return np.asarray(warped >= 128, dtype=np.bool_)


def shown_area(shape: tuple[int, int], transform: ImageTransform, later_shape: tuple[int, int]) -> BoolMask:
    """Return which pixels of the later frame (H, W) a photograph of ``shape`` (h, w) shows."""
    return warped_mask(np.ones(shape, np.bool_), transform, later_shape)


def _blurred(pixels: RgbImage, scale: float) -> RgbImage:
    """A photograph smoothed as much as its reduction asks for, so that no fine pattern turns up."""
    return cv2.GaussianBlur(pixels, (0, 0), 0.5 * (1 / scale - 1) + 0.3).astype(np.uint8, copy=False)
