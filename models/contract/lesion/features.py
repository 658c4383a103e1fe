"""Measurements of a lesion from image and mask: what the clinician sees and what MambaDerm reads.

Definitions follow the columns of SLICE-3D (ISIC 2024). Exact ones: chroma, hue, differences inside
minus outside, perimeter^2 / area, ``norm_colour``. Approximate ones, because the vendor's formula is
not published: the colour spreads, the asymmetry, ``norm_border``, the choice of surrounding skin.
Colour numbers of dermoscopy are on another scale than those of total-body photographs, so they are
not comparable with published SLICE-3D values.

Everything is measured on the largest region of the mask with its holes filled. Large images are not
measured at full size: the window of the lesion and its ring is cut out, and when its longer side
exceeds 1024 px, blocks of k x k pixels are averaged, with the smallest whole k that brings it to 1024 px
or less. Area is always counted at native size; lengths are those of the averaged window times k;
shape and colours are those of the averaged window.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.contract.arrays import BoolMask, RgbImage
from models.contract.errors import NoLesionError
from models.contract.imaging.regions import extent_px, one_region
from models.contract.lesion.colour import (
    RegionColour,
    colour_of,
    colour_spread,
    contrast_lb,
    lab,
    radial_colour_spread,
    surrounding_skin,
)
from models.contract.lesion.contour_geometry import (
    asymmetry,
    diameters,
    eccentricity,
    outer_contour,
    perimeter_px,
)
from models.contract.lesion.lesion_window import lesion_window

DEFINITION: Final = "1"
"""Name of these formulas on model cards: another one whenever a number can differ."""


@dataclass(frozen=True)
class LesionShape:
    """Shape without unit: equal for small and large copies of one outline, up to pixel effects."""

    area_perimeter_ratio: float
    """perimeter^2 / area; 4 pi = 12.57 for a circle."""
    eccentricity: float
    symmetry_2axis: float
    symmetry_2axis_angle_deg: float
    norm_border: float
    """0.176 (perimeter^2 / area - 4 pi) + 7.52 symmetry_2axis, within [0, 10]."""


@dataclass(frozen=True)
class LesionColour:
    """Colour of the lesion against the skin round it, in L*a*b*; None without visible skin."""

    lesion: RegionColour
    skin: RegionColour | None
    delta_lb: float | None
    std_mean: float
    radial_std_max: float
    norm_colour: float
    """1.4693 std_mean + 1.5281 radial_std_max, within [0, 10]; dermoscopy often reaches 10."""

    @property
    def delta_l(self) -> float | None:
        """L* inside minus outside, negative for a dark lesion."""
        return None if self.skin is None else self.lesion.mean_l - self.skin.mean_l

    @property
    def delta_a(self) -> float | None:
        """a* inside minus outside."""
        return None if self.skin is None else self.lesion.mean_a - self.skin.mean_a

    @property
    def delta_b(self) -> float | None:
        """b* inside minus outside."""
        return None if self.skin is None else self.lesion.mean_b - self.skin.mean_b


@dataclass(frozen=True)
class LesionFeatures:
    """One lesion, measured: lengths in native px, and in mm only when the image is calibrated."""

    touches_border: bool
    """The frame cuts the lesion, so its size and outline are lower bounds."""
    mm_per_px: float | None
    area_px: float
    perimeter_px: float
    long_diameter_px: float
    short_diameter_px: float
    shape: LesionShape
    colour: LesionColour

    @property
    def area_mm2(self) -> float | None:
        """Area in mm2, None without calibration."""
        return None if self.mm_per_px is None else self.area_px * self.mm_per_px**2

    @property
    def perimeter_mm(self) -> float | None:
        """Length of the outline in mm, None without calibration."""
        return None if self.mm_per_px is None else self.perimeter_px * self.mm_per_px

    @property
    def long_diameter_mm(self) -> float | None:
        """Largest Feret diameter in mm, None without calibration."""
        return None if self.mm_per_px is None else self.long_diameter_px * self.mm_per_px

    @property
    def short_diameter_mm(self) -> float | None:
        """Smallest Feret diameter in mm, None without calibration."""
        return None if self.mm_per_px is None else self.short_diameter_px * self.mm_per_px


def measure_lesion(image: RgbImage, mask: BoolMask, *, mm_per_px: float | None = None) -> LesionFeatures:
    """Shape, size and colour of the lesion in ``mask``.

    Args:
        image: (H, W, 3) uint8, sRGB.
        mask: (H, W) bool; the largest region counts, holes are filled.
        mm_per_px: of the native image, when it is calibrated.

    Raises:
        NoLesionError: the mask is empty.
    """
    _check(image, mask, mm_per_px)
    region = one_region(mask)
    extent = extent_px(region)
    if extent is None:
        raise NoLesionError
    area_px = float(np.count_nonzero(region))
    window = lesion_window(image, region, extent)
    contour = outer_contour(window.mask)
    perimeter, feret = perimeter_px(contour), diameters(contour)
    return LesionFeatures(
        touches_border=_touches(extent, region.shape),
        mm_per_px=mm_per_px,
        area_px=area_px,
        perimeter_px=perimeter * window.native_px,
        long_diameter_px=feret.long_px * window.native_px,
        short_diameter_px=feret.short_px * window.native_px,
        shape=_shape(window.mask, perimeter),
        colour=_colour(window.image, window.mask),
    )


def _check(image: RgbImage, mask: BoolMask, mm_per_px: float | None) -> None:
    if image.shape[:2] != mask.shape or image.dtype != np.uint8:
        msg = f"image {image.shape} {image.dtype} and mask {mask.shape} do not belong together"
        raise ValueError(msg)
    if mm_per_px is not None and not (np.isfinite(mm_per_px) and mm_per_px > 0):
        msg = f"a pixel spacing is a positive number of mm, not {mm_per_px}"
        raise ValueError(msg)


def _touches(extent: tuple[int, int, int, int], shape: tuple[int, ...]) -> bool:
    top, left, bottom, right = extent
    return top == 0 or left == 0 or bottom == shape[0] or right == shape[1]


def _shape(mask: BoolMask, perimeter: float) -> LesionShape:
    ratio = float(perimeter**2 / np.count_nonzero(mask))
    fold = asymmetry(mask)
    return LesionShape(
        area_perimeter_ratio=ratio,
        eccentricity=eccentricity(mask),
        symmetry_2axis=fold.value,
        symmetry_2axis_angle_deg=fold.angle_deg,
        norm_border=float(np.clip(0.176 * (ratio - 4.0 * np.pi) + 7.52 * fold.value, 0.0, 10.0)),
    )


def _colour(image: RgbImage, mask: BoolMask) -> LesionColour:
    pixels = lab(image)
    inside = pixels[mask]
    ring = surrounding_skin(image, mask)
    skin = None if ring is None else colour_of(pixels[ring])
    spread, radial = colour_spread(inside), radial_colour_spread(pixels, mask)
    return LesionColour(
        lesion=colour_of(inside),
        skin=skin,
        delta_lb=None if skin is None else contrast_lb(inside, skin),
        std_mean=spread,
        radial_std_max=radial,
        norm_colour=float(np.clip(1.4693 * spread + 1.5281 * radial, 0.0, 10.0)),
    )
