"""Patches of the six colours of the ABCD rule: white, red, light brown, dark brown, blue-grey and black.

Photographs differ in light and camera, so the colours are first turned until the skin round the lesion has
the usual tint of skin; its lightness is moved towards the usual one within limits. White counts only where it
is lighter than the skin, and is not looked for where no skin is seen. All cuts are ours, chosen by eye.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.lesion.colour import RegionColour

LEAST_SHARE: Final = 0.03
"""Share of the lesion from which a colour counts as present."""

_USUAL_SKIN = (68.0, 10.0, 13.0)
"""L*, a*, b*: about the median of the skin in 380 training images."""
_MOST_LIGHTENING = 8.0
"""L* by which an image is made lighter or darker at most."""
_OPENING_SHARE = 0.02
"""Patches thinner than this share of the lesion's diameter do not count."""


class PatchColour(StrEnum):
    """The six colours, in the order of the rule."""

    WHITE = "white"
    RED = "red"
    LIGHT_BROWN = "light brown"
    DARK_BROWN = "dark brown"
    BLUE_GREY = "blue-grey"
    BLACK = "black"


@dataclass(frozen=True, eq=False)
class ColourPatches:
    """Where which colour is; a pixel has one colour or none."""

    levels: NDArray[np.uint8]
    """(h, w) uint8: 0 for none, else 1 + the place of the colour in ``PatchColour``."""
    share_by_colour: dict[PatchColour, float]
    """Share of the lesion, in [0, 1]; white is missing where no skin was seen."""

    def patch(self, colour: PatchColour) -> BoolMask:
        """Return where a colour is, (h, w) bool."""
        return np.asarray(self.levels == level_of(colour), dtype=np.bool_)

    @property
    def present(self) -> frozenset[PatchColour]:
        """Return the colours that take the least share or more."""
        return frozenset(colour for colour, share in self.share_by_colour.items() if share >= LEAST_SHARE)


def level_of(colour: PatchColour) -> int:
    """Return the level that stands for a colour."""
    return 1 + list(PatchColour).index(colour)


def colour_patches(colours: NDArray[np.float32], mask: BoolMask, skin: RegionColour | None) -> ColourPatches:
    """Find the patches of each colour in a lesion.

    Args:
        colours: (h, w, 3) float32, L*a*b*, without hair and glare.
        mask: (h, w) bool, one region.
        skin: colour of the skin round the lesion; None when none is seen.
    """
    lightness, a, b = np.moveaxis(_as_under_usual_light(colours, skin), 2, 0)
    skin_l = _USUAL_SKIN[0] if skin is None else skin.mean_l + _lightening(skin)
    found = _classified(lightness, a, b, skin_l, looks_for_white=skin is not None)
    found[~mask] = 0
    found = _without_threads(found, mask)
    area = float(np.count_nonzero(mask))
    shares: dict[PatchColour, float] = {
        colour: float(np.count_nonzero(found == level_of(colour)) / area)
        for colour in PatchColour
        if skin is not None or colour is not PatchColour.WHITE
    }
    return ColourPatches(found, shares)


def _lightening(skin: RegionColour) -> float:
    return float(np.clip(_USUAL_SKIN[0] - skin.mean_l, -_MOST_LIGHTENING, _MOST_LIGHTENING))


def _as_under_usual_light(colours: NDArray[np.float32], skin: RegionColour | None) -> NDArray[np.float32]:
    """The colours moved by what the skin lacks of its usual tint, in proportion to their lightness."""
    if skin is None:
        return colours
    tint = np.array([0.0, _USUAL_SKIN[1] - skin.mean_a, _USUAL_SKIN[2] - skin.mean_b], dtype=np.float32)
    # A tint of the light is a product, so that it moves black hardly at all.
    strength = np.clip(colours[..., :1] / max(skin.mean_l, 1.0), 0.0, 1.0)
    moved = colours + tint * strength
    moved[..., 0] += _lightening(skin) * strength[..., 0]
    return np.asarray(moved, dtype=np.float32)


def _classified(
    lightness: NDArray[np.float32],
    a: NDArray[np.float32],
    b: NDArray[np.float32],
    skin_l: float,
    *,
    looks_for_white: bool,
) -> NDArray[np.uint8]:
    hue_deg, chroma = np.degrees(np.arctan2(b, a)), np.hypot(a, b)
    is_pigment = lightness < skin_l - 7.0
    rules = {
        PatchColour.BLACK: (lightness < 19.0) & (chroma < 20.0),
        PatchColour.BLUE_GREY: is_pigment & (b < 9.0) & (chroma < 19.0) & (hue_deg < 36.0),
        PatchColour.RED: (lightness >= 30.0) & (a >= 22.0) & (hue_deg < 36.0),
        PatchColour.DARK_BROWN: is_pigment & (lightness < 41.0),
        PatchColour.LIGHT_BROWN: is_pigment & (chroma >= 9.0),
        PatchColour.WHITE: (lightness > skin_l + 4.0) & (chroma < 14.0) & looks_for_white,
    }
    found = np.zeros(lightness.shape, dtype=np.uint8)
    # The first rule that holds decides.
    for colour, holds in reversed(rules.items()):
        found[holds] = level_of(colour)
    return found


def _without_threads(found: NDArray[np.uint8], mask: BoolMask) -> NDArray[np.uint8]:
    diameter = 2.0 * np.sqrt(float(np.count_nonzero(mask)) / np.pi)
    side = max(1, round(_OPENING_SHARE * diameter)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    kept = np.zeros_like(found)
    for colour in PatchColour:
        level = level_of(colour)
        patch = np.asarray(found == level, dtype=np.uint8)
        kept[cv2.morphologyEx(patch, cv2.MORPH_OPEN, kernel) > 0] = level
    return kept
