"""What can be measured for the ABCD rule on one lesion, with the places on which each figure rests.

Of D, the structures, nothing is measured: the networks that look for them did not prove good enough.
"""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from models.contract.arrays import BoolMask, RgbImage
from models.contract.errors import NoLesionError
from models.contract.imaging.regions import extent_px, one_region
from models.contract.lesion.abcd.axes import SymmetryAxes, symmetry_axes
from models.contract.lesion.abcd.border import Border, border_in_eighths
from models.contract.lesion.abcd.colours import ColourPatches, colour_patches
from models.contract.lesion.colour import colour_of, lab, surrounding_skin
from models.contract.lesion.lesion_window import LesionWindow, lesion_window

DEFINITION: Final = "1"
"""Name of these formulas and cuts: another one whenever a proposal can differ."""

_LONGEST_WINDOW_PX = 512
_HAIR_SHARE = 0.014
"""Side of the median that removes hair and glare, as a share of the window's longer side."""


@dataclass(frozen=True, eq=False)
class AbcdEvidence:
    """Axes, border sectors and colour patches of a lesion, in pixels of the whole image."""

    axes: SymmetryAxes
    border: Border
    patches: ColourPatches
    patches_box: tuple[int, int, int, int]
    """(left, top, right, bottom) in the image that the levels of the patches cover, stretched."""


def abcd_evidence(image: RgbImage, mask: BoolMask) -> AbcdEvidence:
    """Measure a lesion for the A, B and C of the ABCD rule.

    Args:
        image: (H, W, 3) uint8, sRGB.
        mask: (H, W) bool; the largest region counts, holes are filled.

    Raises:
        NoLesionError: the mask is empty.
    """
    region = one_region(mask)
    extent = extent_px(region)
    if extent is None:
        raise NoLesionError
    window = lesion_window(image, region, extent, _LONGEST_WINDOW_PX)
    side = max(3, round(_HAIR_SHARE * max(window.mask.shape))) | 1
    colours = lab(np.asarray(cv2.medianBlur(window.image, side), dtype=np.uint8))
    ring = surrounding_skin(window.image, window.mask)
    skin = None if ring is None else colour_of(colours[ring])
    height, width = window.mask.shape
    left, top, block = window.left_px, window.top_px, window.native_px
    return AbcdEvidence(
        axes=_axes_in_image(symmetry_axes(colours, window.mask), window),
        border=_border_in_image(border_in_eighths(colours, window.mask), window),
        patches=colour_patches(colours, window.mask, skin),
        patches_box=(left, top, left + width * block, top + height * block),
    )


def _axes_in_image(axes: SymmetryAxes, window: LesionWindow) -> SymmetryAxes:
    x, y = axes.centre_xy
    block = window.native_px
    centre = (window.left_px + block * x, window.top_px + block * y)
    return SymmetryAxes(centre, axes.reach_px * block, axes.axes)


def _border_in_image(border: Border, window: LesionWindow) -> Border:
    outline_xy = border.outline_xy * window.native_px + np.array([window.left_px, window.top_px])
    return replace(border, outline_xy=outline_xy)
