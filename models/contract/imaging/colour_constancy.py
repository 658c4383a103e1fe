"""Colour constancy: the light of a photograph made grey (shades of grey, Minkowski norm 6)."""

import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import RgbImage

_MINKOWSKI_POWER = 6
"""Finlayson and Trezzi, Shades of Gray and Colour Constancy (2004)."""
_DARKEST = 1e-3


def light_gains(image: RgbImage) -> NDArray[np.float64]:
    """Return the gains (3,) of red, green and blue that make the light of an image (H, W, 3) uint8 grey.

    The gain of c is mean(e) / e_c, with e_c the sixth root of the mean of c^6.
    """
    values = image.astype(np.float64) / 255
    light = np.mean(values**_MINKOWSKI_POWER, axis=(0, 1)) ** (1 / _MINKOWSKI_POWER)
    light = np.maximum(light, _DARKEST)
    return np.asarray(light.mean() / light, dtype=np.float64)


def shades_of_grey(image: RgbImage) -> RgbImage:
    """Return an image (H, W, 3) uint8 with its light made grey."""
    return np.asarray(np.clip(np.rint(image * light_gains(image)), 0, 255), dtype=np.uint8)
