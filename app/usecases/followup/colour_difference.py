"""Where two registered photographs differ in lightness, once their light is made alike; for the view only."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask, RgbImage

LARGEST_DIFFERENCE: Final = 30.0
"""L* at which the colour of a difference is full."""
_FEWEST_PX: Final = 100


def colours_made_alike(earlier: RgbImage, later: RgbImage, skin: BoolMask) -> RgbImage:
    """Return the earlier photograph (H, W, 3) with the mean and spread of the later one's skin colours.

    Args:
        earlier: (H, W, 3) uint8 sRGB, in the frame of the later one.
        later: (H, W, 3) uint8 sRGB.
        skin: (H, W) pixels that both show outside the lesion; too few of them change nothing.
    """
    if np.count_nonzero(skin) < _FEWEST_PX:
        return earlier
    first, second = _lab(earlier), _lab(later)
    centre, spread = _mean_and_spread(first[skin])
    wanted_centre, wanted_spread = _mean_and_spread(second[skin])
    gain = np.clip(wanted_spread / np.maximum(spread, 1e-3), 0.5, 2.0)
    alike = ((first - centre) * gain + wanted_centre).astype(np.float32)
    rgb = cv2.cvtColor(alike, cv2.COLOR_Lab2RGB)
    return np.asarray(np.clip(np.rint(rgb * 255), 0, 255), dtype=np.uint8)


def lightness_difference(
    alike: RgbImage, later: RgbImage, shown: BoolMask, residual_px: float
) -> NDArray[np.float32]:
    """Return L* of the later photograph minus that of the earlier one, (H, W) float32, 0 where not shown.

    Both are smoothed by the residual of the registration: finer differences are not those of the lesion.
    """
    smoothing = max(residual_px, 1.0)
    first, second = (cv2.GaussianBlur(_lab(pixels)[..., 0], (0, 0), smoothing) for pixels in (alike, later))
    return np.asarray(np.where(shown, second - first, 0), dtype=np.float32)


def drawn_difference(difference: NDArray[np.floating], later: RgbImage, shown: BoolMask) -> RgbImage:
    """Return differences drawn over the grey later photograph: blue is darker than before, orange lighter."""
    grey = cv2.cvtColor(later, cv2.COLOR_RGB2GRAY).astype(np.float32)
    ground = np.repeat((0.45 * grey + 130)[..., None], 3, axis=2)
    share = np.clip(np.abs(difference) / LARGEST_DIFFERENCE, 0, 1)[..., None]
    hue = np.where((difference < 0)[..., None], DARKER_RGB, LIGHTER_RGB)
    drawn = ground * (1 - share) + hue * share
    drawn[~shown] = 128
    return np.asarray(np.rint(drawn), dtype=np.uint8)


DARKER_RGB: Final = (20, 70, 190)
LIGHTER_RGB: Final = (240, 130, 0)


def _lab(pixels: RgbImage) -> NDArray[np.float32]:
    return np.asarray(
        cv2.cvtColor(pixels.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab), dtype=np.float32
    )


def _mean_and_spread(colours: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return colours.mean(axis=0), colours.std(axis=0)
