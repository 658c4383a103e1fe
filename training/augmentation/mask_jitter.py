"""Masks as a network or a hurried hand would draw them, made from an expert's mask.

The classifier meets them in training, so that it serves as well with predicted masks.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.imaging.regions import extent_px, one_region


def mask_variants(mask: BoolMask, count: int, rng: np.random.Generator) -> list[BoolMask]:
    """``count`` masks (H, W) bool of the same lesion, the expert's own first; none is empty."""
    variants = [mask]
    while len(variants) < count:
        draw = _DRAWS[(len(variants) - 1) % len(_DRAWS)]
        variant = one_region(draw(mask, rng))
        variants.append(variant if variant.any() else mask)
    return variants


def _grown_or_shrunk(mask: BoolMask, rng: np.random.Generator) -> BoolMask:
    """Moved outwards or inwards by up to a tenth of the diameter."""
    radius_px = max(1, round(_diameter_px(mask) * rng.uniform(0.02, 0.1)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius_px + 1, 2 * radius_px + 1))
    morph = cv2.dilate if rng.random() < 0.6 else cv2.erode
    return np.asarray(morph(_as_bytes(mask), kernel) > 0, dtype=np.bool_)


def _shifted(mask: BoolMask, rng: np.random.Generator) -> BoolMask:
    """Moved sideways by up to a tenth of the diameter."""
    offset = rng.uniform(-0.1, 0.1, 2) * _diameter_px(mask)
    onto = np.array([[1.0, 0.0, offset[0]], [0.0, 1.0, offset[1]]])
    moved = cv2.warpAffine(_as_bytes(mask), onto, mask.shape[::-1], flags=cv2.INTER_NEAREST)
    return np.asarray(moved > 0, dtype=np.bool_)


def _ellipse(mask: BoolMask, rng: np.random.Generator) -> BoolMask:
    """The ellipse in the lesion's box, with every side up to a tenth off."""
    extent = extent_px(mask)
    if extent is None:
        return mask
    top, left, bottom, right = extent
    height, width = (bottom - top) * rng.uniform(0.9, 1.1), (right - left) * rng.uniform(0.9, 1.1)
    drawn = np.zeros(mask.shape, np.uint8)
    centre = (round((left + right - 1) / 2), round((top + bottom - 1) / 2))
    axes = (max(1, round(width / 2)), max(1, round(height / 2)))
    cv2.ellipse(drawn, centre, axes, 0, 0, 360, (1,), thickness=-1)
    return np.asarray(drawn > 0, dtype=np.bool_)


_DRAWS = (_grown_or_shrunk, _shifted, _ellipse)


def _diameter_px(mask: BoolMask) -> float:
    return float(2 * np.sqrt(np.count_nonzero(mask) / np.pi))


def _as_bytes(mask: BoolMask) -> NDArray[np.uint8]:
    return np.ascontiguousarray(mask, dtype=np.uint8)
