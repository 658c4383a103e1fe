"""The six layers over the image: which are shown, how strongly, and in what colours.

What reports show too has its colours in ``app.usecases.analysis.colour_scales``.
"""

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np

from app.usecases.analysis.colour_scales import ColourScale, rising_scale

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
    EVIDENCE = "evidence"


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
    Layer.EVIDENCE: LayerLook(is_visible=True, opacity=1.0),
}
"""What is shown until the person chooses: the boundary alone, so that the lesion is seen as it is.

There is evidence only while a reading is looked at, which is why it is shown at once then.
"""


def probability_scale() -> ColourScale:
    """Return the scale of the probability that a pixel belongs to the lesion."""
    return rising_scale(cv2.COLORMAP_CIVIDIS)


def band_scale() -> ColourScale:
    """Return the scale of the uncertainty band: one colour, as strong as a place lies inside the band."""
    bgr = np.repeat(np.array([BAND_RGB[::-1]], dtype=np.uint8), 256, axis=0)
    return ColourScale(bgr, np.linspace(0.0, 1.0, 256, dtype=np.float32), 0.0, 1.0)
