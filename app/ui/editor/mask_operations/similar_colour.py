"""Pixels that have nearly the colour of a point and hang together with it, at the resolution of the eye.

The work is done on a small copy of the image, so that a drag stays fluent at any size; the region's edge is
then interpolated, not made of large squares.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain.mask import PixelBox
from app.ui.editor.mask_operations.region_at import Region, region_of
from models.contract.arrays import RgbImage
from models.contract.lesion.colour import lab

_SMOOTHING_PX = 1.5
_SEED_REACH_PX = 2
_SMOOTHED_EDGE_PX = 5
_OUTLINE_ERROR_PX = 0.7
_LARGEST_PINHOLE_SHARE = 0.002
"""Of the small image: hairs and glare inside a region are taken with it."""


@dataclass(frozen=True, slots=True)
class ColourDistance:
    """How far every pixel's colour is from that of a point."""

    delta_e: NDArray[np.float32]
    """(h, w), CIE76 difference in CIELAB, of the small image."""
    seed: tuple[int, int]
    """(row, column) in the small image."""
    shape: tuple[int, int]
    """(H, W) of the image itself."""

    def region(self, tolerance: float) -> Region:
        """Return the pixels of the image within ``tolerance`` that hang together with the point."""
        return _enlarged(self._small_region(tolerance), self.delta_e.shape, self.shape)

    def outlines(self, tolerance: float) -> list[NDArray[np.float64]]:
        """Return outlines of that region and its holes to look at, each (n, 2) points (x, y) of the image."""
        region = self._small_region(tolerance)
        # A margin keeps the outline of a region that touches the frame closed there.
        cover = np.pad(region.inside, 1).view(np.uint8)
        found, _ = cv2.findContours(cover, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
        first_xy = np.array([region.box.left - 0.5, region.box.top - 0.5])
        scale_xy = np.array([self.shape[1], self.shape[0]]) / self.delta_e.shape[::-1]
        simple = (cv2.approxPolyDP(outline, _OUTLINE_ERROR_PX, closed=True) for outline in found)
        return [(outline[:, 0] + first_xy) * scale_xy for outline in simple]

    def _small_region(self, tolerance: float) -> Region:
        near = self.delta_e <= tolerance
        near[self.seed] = True
        found = region_of(np.asarray(near, dtype=np.bool_), *self.seed, connectivity=8)
        return _without_pinholes(found, near.shape)


def colour_distance(
    small: RgbImage, seed_share_xy: tuple[float, float], shape: tuple[int, int]
) -> ColourDistance:
    """Return how far the colours of a ``small`` copy (h, w, 3) of an image (H, W) are from a point's.

    ``seed_share_xy`` is the point, x and y in [0, 1) of the image's width and height.
    """
    height, width = small.shape[:2]
    row, column = int(seed_share_xy[1] * height), int(seed_share_xy[0] * width)
    colours = lab(np.asarray(cv2.GaussianBlur(small, (0, 0), _SMOOTHING_PX), dtype=np.uint8))
    top, left = max(row - _SEED_REACH_PX, 0), max(column - _SEED_REACH_PX, 0)
    around = colours[top : row + _SEED_REACH_PX + 1, left : column + _SEED_REACH_PX + 1]
    seed_colour = np.median(around.reshape(-1, 3), axis=0)
    delta_e = np.linalg.norm(colours - seed_colour, axis=2).astype(np.float32)
    return ColourDistance(delta_e, (row, column), shape)


def _without_pinholes(region: Region, shape: tuple[int, ...]) -> Region:
    """Fill small holes of a region and smooth its edge; a large hole is another thing, such as a lesion."""
    limit = _LARGEST_PINHOLE_SHARE * shape[0] * shape[1]
    framed = np.pad(~region.inside, 1, constant_values=True).view(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(framed, connectivity=4)
    is_filled = stats[:, cv2.CC_STAT_AREA] <= limit
    is_filled[[0, int(labels[0, 0])]] = False
    filled = region.inside | is_filled[labels][1:-1, 1:-1]
    smooth = cv2.medianBlur(np.ascontiguousarray(filled).view(np.uint8), _SMOOTHED_EDGE_PX)
    return Region(region.box, np.asarray(np.asarray(smooth) > 0, dtype=np.bool_))


def _enlarged(region: Region, small_shape: tuple[int, ...], shape: tuple[int, int]) -> Region:
    """Stretch a region of the small image over the image, its edge interpolated between pixels."""
    if small_shape == shape:
        return region
    ratio_y, ratio_x = shape[0] / small_shape[0], shape[1] / small_shape[1]
    box = region.box.grown(1)
    cover = np.pad(region.inside.view(np.uint8) * np.uint8(255), 1)
    outer = PixelBox(
        int(np.floor(box.top * ratio_y)),
        int(np.floor(box.left * ratio_x)),
        int(np.ceil(box.bottom * ratio_y)),
        int(np.ceil(box.right * ratio_x)),
    ).clipped(shape)
    matrix = np.array(
        [
            [1 / ratio_x, 0.0, (outer.left + 0.5) / ratio_x - 0.5 - box.left],
            [0.0, 1 / ratio_y, (outer.top + 0.5) / ratio_y - 0.5 - box.top],
        ]
    )
    stretched = cv2.warpAffine(
        _continued_at_frame(cover, region.box, small_shape),
        matrix,
        (outer.width, outer.height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return Region(outer, np.asarray(np.asarray(stretched) >= 128, dtype=np.bool_))


def _continued_at_frame(cover: NDArray[np.uint8], box: PixelBox, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Let a region that touches the frame of the image go on in the margin there, so that it still does."""
    if box.top == 0:
        cover[0] = cover[1]
    if box.bottom == shape[0]:
        cover[-1] = cover[-2]
    if box.left == 0:
        cover[:, 0] = cover[:, 1]
    if box.right == shape[1]:
        cover[:, -1] = cover[:, -2]
    return cover
