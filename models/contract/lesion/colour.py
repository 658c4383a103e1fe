"""Colour of a lesion and of the skin round it, in CIE L*a*b* (sRGB primaries, white point D65)."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask, RgbImage
from models.contract.lesion.hair import hair_mask

RING_SHARE = 0.15
"""Width of the ring of surrounding skin, as a share of the lesion's equivalent diameter."""

_FEWEST_SKIN_PX = 20
_FEWEST_LESION_PX = 30
"""Below this, colour spread is given as 0, as the columns it stands for do for tiny lesions."""

_GLARE_LEVEL = 250
_FRAME_LEVEL = 15

_RINGS = 8
_FEWEST_RING_PX = 16


def _linear_light() -> NDArray[np.float32]:
    encoded = np.arange(256) / 255.0
    powered = ((encoded + 0.055) / 1.055) ** 2.4
    return np.where(encoded <= 0.04045, encoded / 12.92, powered).astype(np.float32)


_LINEAR_LIGHT = _linear_light()
"""Linear light of each sRGB byte (IEC 61966-2-1).

OpenCV's own conversion from sRGB interpolates in a coarse table and is wrong by up to 0.4 in a*;
from linear light it computes the formula.
"""


@dataclass(frozen=True)
class RegionColour:
    """Mean L*, a*, b* and the standard deviation of L* of some pixels."""

    mean_l: float
    mean_a: float
    mean_b: float
    std_l: float

    @property
    def chroma(self) -> float:
        """sqrt(a*^2 + b*^2)."""
        return float(np.hypot(self.mean_a, self.mean_b))

    @property
    def hue_deg(self) -> float:
        """atan2(b*, a*) in degrees: about 25 red, 75 brown."""
        return float(np.degrees(np.arctan2(self.mean_b, self.mean_a)))


def lab(image: RgbImage) -> NDArray[np.float32]:
    """``image`` (H, W, 3) uint8 sRGB as L* in [0, 100], a*, b*, (H, W, 3) float32, D65."""
    linear = np.ascontiguousarray(_LINEAR_LIGHT[image])
    return np.asarray(cv2.cvtColor(linear, cv2.COLOR_LRGB2LAB), dtype=np.float32)


def colour_of(pixels: NDArray[np.float32]) -> RegionColour:
    """The colour of ``pixels`` (N, 3) in L*a*b*, N >= 1."""
    mean = pixels.mean(axis=0, dtype=np.float64)
    return RegionColour(
        float(mean[0]), float(mean[1]), float(mean[2]), float(pixels[:, 0].std(dtype=np.float64))
    )


def surrounding_skin(image: RgbImage, mask: BoolMask) -> BoolMask | None:
    """The ring of skin round the lesion without glare, black frame and hair; None when too small.

    Its width is 15 % of the diameter of the circle with the lesion's area.
    """
    width_px = RING_SHARE * 2.0 * np.sqrt(np.count_nonzero(mask) / np.pi)
    outside = np.ascontiguousarray(~mask, dtype=np.uint8)
    distance = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ring = ~mask & (distance <= max(width_px, 1.0))
    ring &= image.min(axis=2) < _GLARE_LEVEL
    ring &= image.max(axis=2) > _FRAME_LEVEL
    without_hair = ring & ~hair_mask(image)
    for candidate in (without_hair, ring):
        if np.count_nonzero(candidate) >= _FEWEST_SKIN_PX:
            return np.asarray(candidate, dtype=np.bool_)
    return None


def contrast_lb(lesion: NDArray[np.float32], skin: RegionColour) -> float:
    """Mean over the lesion's pixels (N, 3) of their L*b* distance to the mean of the skin."""
    away_l = lesion[:, 0] - np.float32(skin.mean_l)
    away_b = lesion[:, 2] - np.float32(skin.mean_b)
    return float(np.hypot(away_l, away_b).mean(dtype=np.float64))


def colour_spread(lesion: NDArray[np.float32]) -> float:
    """Mean of the standard deviations of L*, a* and b* inside; 0 for a tiny lesion."""
    if len(lesion) < _FEWEST_LESION_PX:
        return 0.0
    return float(lesion.std(axis=0, dtype=np.float64).mean())


def radial_colour_spread(colour: NDArray[np.float32], mask: BoolMask) -> float:
    """Largest colour spread within one of 8 concentric rings about the centroid; 0 when tiny.

    Rings have equal widths out to the farthest pixel; those with fewer than 16 px, or less than
    2 % of the lesion, are passed over.
    """
    rows, columns = np.nonzero(mask)
    if len(rows) < _FEWEST_LESION_PX:
        return 0.0
    radius = np.hypot(rows - rows.mean(), columns - columns.mean())
    ring = np.minimum((radius / (radius.max() + 1e-9) * _RINGS).astype(np.intp), _RINGS - 1)
    pixels = colour[rows, columns].astype(np.float64)
    count = np.bincount(ring, minlength=_RINGS)
    spread = np.zeros(_RINGS)
    for channel in (pixels - pixels.mean(axis=0)).T:
        mean = np.bincount(ring, channel, _RINGS) / np.maximum(count, 1)
        square = np.bincount(ring, channel**2, _RINGS) / np.maximum(count, 1)
        spread += np.sqrt(np.maximum(square - mean**2, 0.0)) / 3.0
    enough = count >= max(_FEWEST_RING_PX, 0.02 * len(rows))
    return float(spread[enough].max()) if enough.any() else 0.0
