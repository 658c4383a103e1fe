"""The five layers over the image: which are shown, how strongly, and in what colours.

The colours can be told apart with every kind of colour blindness: a yellow line with a dark casing, a blue
tint, and maps whose lightness rises steadily (cividis, inferno) or falls to both sides (blue and orange).
"""

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

LINE_RGB = (255, 225, 70)
"""The boundary; its casing keeps it visible on pale skin."""
CASING_RGB = (16, 18, 24)
TINT_RGB = (64, 160, 255)
"""The mask."""
BAND_RGB = (60, 225, 205)
"""The band in which the boundary is uncertain: seldom on skin, and paler than the tint of the mask."""


class Layer(Enum):
    """What lies over the image, from the bottom to the top."""

    PROBABILITY = "probability"
    ATTENTION = "attention"
    UNCERTAINTY = "uncertainty"
    MASK = "mask"
    BOUNDARY = "boundary"


@dataclass(frozen=True, slots=True)
class LayerLook:
    """How a layer is shown."""

    is_visible: bool
    opacity: float
    """0 (invisible) to 1 (opaque)."""


FIRST_LOOK = {
    Layer.PROBABILITY: LayerLook(is_visible=False, opacity=0.6),
    Layer.ATTENTION: LayerLook(is_visible=False, opacity=0.6),
    Layer.UNCERTAINTY: LayerLook(is_visible=False, opacity=0.45),
    Layer.MASK: LayerLook(is_visible=False, opacity=0.3),
    Layer.BOUNDARY: LayerLook(is_visible=True, opacity=1.0),
}
"""What is shown until the person chooses: the boundary alone, so that the lesion is seen as it is."""


@dataclass(frozen=True, slots=True)
class ColourScale:
    """Colours and strengths of the 256 levels of a map."""

    bgr: NDArray[np.uint8]
    """(256, 3) uint8."""
    strength: NDArray[np.float32]
    """(256,) float32 in [0, 1]: how much of the layer's opacity a level gets."""
    lowest: float
    highest: float

    def levels(self, values: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Return a map (H, W) float32 as levels (H, W) uint8."""
        above = np.clip(values, self.lowest, self.highest) - np.float32(self.lowest)
        levels = cv2.convertScaleAbs(above, alpha=255.0 / (self.highest - self.lowest))
        return levels.astype(np.uint8, copy=False)


def probability_scale() -> ColourScale:
    """Return the scale of the probability that a pixel belongs to the lesion."""
    return ColourScale(_named(cv2.COLORMAP_CIVIDIS), _rising(0.04), 0.0, 1.0)


def band_scale() -> ColourScale:
    """Return the scale of the uncertainty band: one colour, as strong as a place lies inside the band."""
    bgr = np.repeat(np.array([BAND_RGB[::-1]], dtype=np.uint8), 256, axis=0)
    return ColourScale(bgr, np.linspace(0.0, 1.0, 256, dtype=np.float32), 0.0, 1.0)


def attention_scale(*, is_signed: bool) -> ColourScale:
    """Return the scale of an attention map; a signed one speaks for (orange) or against (blue)."""
    if not is_signed:
        return ColourScale(_named(cv2.COLORMAP_INFERNO), _rising(0.04), 0.0, 1.0)
    ramp = np.linspace(-1.0, 1.0, 256, dtype=np.float32)[:, None]
    against, neutral, in_favour = (
        np.array(bgr, dtype=np.float32) for bgr in ((190, 90, 10), (240, 240, 240), (10, 100, 230))
    )
    pole = np.where(ramp < 0, against, in_favour)
    bgr = neutral + (pole - neutral) * np.abs(ramp)
    strength = np.minimum(np.abs(ramp[:, 0]) * 1.6, 1.0)
    return ColourScale(bgr.round().astype(np.uint8), strength, -1.0, 1.0)


def _named(colour_map: int) -> NDArray[np.uint8]:
    levels = np.arange(256, dtype=np.uint8)[:, None]
    return np.ascontiguousarray(cv2.applyColorMap(levels, colour_map)[:, 0]).astype(np.uint8, copy=False)


def _rising(foot: float) -> NDArray[np.float32]:
    """Strength that grows from nothing, so that zero leaves the skin as it is."""
    ramp = np.linspace(0.0, 1.0, 256, dtype=np.float32)
    strength: NDArray[np.float32] = np.minimum(np.maximum((ramp - foot) * 2.0, 0.0), 1.0)
    return strength
