"""The colours in which boundaries and maps are drawn over an image, on the screen and in reports.

They can be told apart with every kind of colour blindness: a yellow line with a dark casing, and maps whose
lightness rises steadily or falls to both sides (blue and orange).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

LINE_RGB = (255, 225, 70)
"""The boundary; its casing keeps it visible on pale skin."""
CASING_RGB = (16, 18, 24)
_LESIONS_RGB = (LINE_RGB, (86, 180, 233), (230, 97, 0), (0, 158, 115), (204, 121, 167), (0, 114, 178))
"""Of the lesions of an image, taken in turn; on the screen each has its number beside its outline, too."""

_FOOT = 0.04
_AGAINST_BGR, _NEUTRAL_BGR, _IN_FAVOUR_BGR = (190, 90, 10), (240, 240, 240), (10, 100, 230)


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


def lesion_rgb(number: int) -> tuple[int, int, int]:
    """Return the colour of a lesion by its number in the image; number 1 has that of every boundary."""
    return _LESIONS_RGB[(number - 1) % len(_LESIONS_RGB)]


def rising_scale(colour_map: int) -> ColourScale:
    """Return one of OpenCV's colour maps over [0, 1]; zero leaves the skin as it is."""
    levels = np.arange(256, dtype=np.uint8)[:, None]
    bgr = np.ascontiguousarray(cv2.applyColorMap(levels, colour_map)[:, 0]).astype(np.uint8, copy=False)
    ramp = np.linspace(0.0, 1.0, 256, dtype=np.float32)
    strength: NDArray[np.float32] = np.minimum(np.maximum((ramp - _FOOT) * 2.0, 0.0), 1.0)
    return ColourScale(bgr, strength, 0.0, 1.0)


def attention_scale(*, is_signed: bool) -> ColourScale:
    """Return the scale of an attention map; a signed one speaks for (orange) or against (blue)."""
    if not is_signed:
        return rising_scale(cv2.COLORMAP_INFERNO)
    ramp = np.linspace(-1.0, 1.0, 256, dtype=np.float32)[:, None]
    against, neutral, in_favour = (
        np.array(bgr, dtype=np.float32) for bgr in (_AGAINST_BGR, _NEUTRAL_BGR, _IN_FAVOUR_BGR)
    )
    pole = np.where(ramp < 0, against, in_favour)
    bgr = neutral + (pole - neutral) * np.abs(ramp)
    strength = np.minimum(np.abs(ramp[:, 0]) * 1.6, 1.0)
    return ColourScale(bgr.round().astype(np.uint8), strength, -1.0, 1.0)
