"""Clicks of a person on an image, and what a refiner is given of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.imaging.preprocess import SegmenterGeometry, mask_for_segmenter, segmenter_geometry

CLICK_RADIUS_SHARE: Final = 5 / 192
"""Radius of a click's disk as a share of the input's height: 5 px of 192."""


@dataclass(frozen=True, slots=True)
class Click:
    """A place that belongs to the lesion, or does not, as a person has said."""

    image_xy: tuple[float, float]
    """In px of the image at native size; (0, 0) is the centre of the first pixel."""
    is_lesion: bool
    """Whether it adds to the mask; else it removes."""


def guidance_for_refiner(
    mask: BoolMask, clicks: Sequence[Click], *, height_px: int, width_px: int
) -> NDArray[np.float32]:
    """What a refiner reads beside the image, (3, height_px, width_px) float32 of 0 or 1.

    The channels are the present mask, disks where clicks add, and disks where clicks remove, all in the
    geometry of ``preprocess.for_segmenter``.

    Args:
        mask: (H, W) bool at the image's native size; may be empty.
        clicks: all so far, in native px.
        height_px: of the refiner's input.
        width_px: of the refiner's input.
    """
    geometry = segmenter_geometry(mask.shape, height_px=height_px, width_px=width_px)
    guidance = np.zeros((3, height_px, width_px), np.float32)
    guidance[0] = mask_for_segmenter(mask, height_px=height_px, width_px=width_px)
    for click in clicks:
        input_xy = _on_input(click.image_xy, geometry, height_px, width_px)
        draw_click(guidance[1:], input_xy, is_lesion=click.is_lesion)
    return guidance


def mirrored_passes(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a refiner reads (3, h, w), as it is and left-right, (2, 3, h, w): it answers both at once."""
    return np.stack([planes, planes[..., ::-1]])


def mean_of_mirrored(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean (h, w) of the logits (2, h, w) of ``mirrored_passes``, in the geometry of the first."""
    return np.asarray((logits[0] + logits[1, :, ::-1]) / 2, dtype=np.float32)


def draw_click(disks: NDArray[np.float32], input_xy: tuple[float, float], *, is_lesion: bool) -> None:
    """Draw a click into the disks (2, h, w) float32 of 0 or 1, of those that add and that remove."""
    plane = disks[0 if is_lesion else 1]
    radius_px = max(1, round(plane.shape[0] * CLICK_RADIUS_SHARE))
    centre = (round(input_xy[0]), round(input_xy[1]))
    cv2.circle(plane, centre, radius_px, (1.0,), thickness=-1)


def _on_input(
    image_xy: tuple[float, float], geometry: SegmenterGeometry, height_px: int, width_px: int
) -> tuple[float, float]:
    """Where a native point lies on the input, in px of it."""
    x, y = image_xy
    upright_height, upright_width = geometry.native_height_px, geometry.native_width_px
    if geometry.is_turned:
        # As np.rot90 turns: the last column becomes the first row.
        x, y = y, geometry.native_width_px - 1 - x
        upright_height, upright_width = upright_width, upright_height
    return (
        (x + 0.5) * width_px / upright_width - 0.5,
        (y + 0.5) * height_px / upright_height - 0.5,
    )
