"""The boundary line of a mask as seen on screen: smooth, of constant width, with a dark casing.

The seen mask is blurred a little; the level one half of the blurred mask runs exactly along the edge of the
pixels, and the level tells the distance from it, from which the line gets its soft edge.
"""

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import cv2
import numpy as np
from numpy.typing import NDArray

from app.usecases.analysis.colour_scales import CASING_RGB, LINE_RGB

_LINE_HALF_WIDTH_PX = 1.0
_CASING_HALF_WIDTH_PX = 2.1


@dataclass(frozen=True, slots=True)
class LineLook:
    """How strongly line and casing cover a pixel, by level of the blurred mask."""

    sigma_px: float
    line: NDArray[np.float32]
    """(256,) float32 in [0, 1]."""
    casing: NDArray[np.float32]
    """(256,) float32 in [0, 1], line included."""

    @property
    def reach_px(self) -> int:
        """Return how far from the edge a mask pixel can change the line."""
        return int(np.ceil(3 * self.sigma_px)) + 1


@lru_cache(maxsize=8)
def line_look(device_pixel_ratio: float) -> LineLook:
    """Return the line's look where ``device_pixel_ratio`` device pixels make one logical pixel."""
    sigma_px = 1.2 * device_pixel_ratio
    levels = np.clip(np.arange(256) / 255.0, 0.002, 0.998)
    distance_px = np.array([abs(NormalDist().inv_cdf(level)) for level in levels]) * sigma_px
    line = np.clip(_LINE_HALF_WIDTH_PX * device_pixel_ratio + 0.5 - distance_px, 0.0, 1.0)
    casing = np.clip(_CASING_HALF_WIDTH_PX * device_pixel_ratio + 0.5 - distance_px, 0.0, 1.0)
    casing[[0, 255]] = 0.0
    return LineLook(sigma_px, line.astype(np.float32), casing.astype(np.float32))


def draw_boundary(
    bgra: NDArray[np.uint8],
    seen: NDArray[np.uint8],
    margin_px: int,
    look: LineLook,
    opacity: float,
    line_rgb: tuple[int, int, int] = LINE_RGB,
) -> None:
    """Draw the boundary of a seen mask into ``bgra`` (h, w, 4), in place.

    ``seen`` (h + 2 margin, w + 2 margin) uint8 shows the mask with a margin, so that neighbouring
    rectangles fit together without a seam.
    """
    size = 2 * look.reach_px - 1
    blurred = cv2.GaussianBlur(seen, (size, size), look.sigma_px, borderType=cv2.BORDER_REPLICATE)
    level = blurred[margin_px : margin_px + bgra.shape[0], margin_px : margin_px + bgra.shape[1]]
    found = cv2.findNonZero(cv2.inRange(level, (1,), (254,)))
    if found is None:
        return
    x, y = found.reshape(-1, 2).T
    here = level[y, x]
    drawn = bgra[y, x, :3].astype(np.float32)
    for rgb, cover in ((CASING_RGB, look.casing), (line_rgb, look.line)):
        share = (cover[here] * opacity)[:, None]
        drawn += (np.array(rgb[::-1], dtype=np.float32) - drawn) * share
    bgra[y, x, :3] = np.rint(drawn).astype(np.uint8)
