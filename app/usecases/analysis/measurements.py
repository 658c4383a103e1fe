"""What is measured on a lesion, in the words and units of the screen; mm only when calibrated."""

from app.domain.mask import area_px
from app.domain.measurement import Measurement
from app.translation import N_, _
from models.contract.arrays import BoolMask, RgbImage
from models.contract.errors import NoLesionError
from models.contract.lesion.colour_variation import DEFINITION, colour_variation
from models.contract.lesion.features import LesionColour, LesionFeatures, LesionShape, measure_lesion

_COLOUR_VARIATION = N_("Colour variation (0 to 10, definition {definition})")
"""The definition stands with the number, because reports of earlier versions have another one."""


def features_of(pixels: RgbImage, mask: BoolMask, *, mm_per_px: float | None) -> LesionFeatures | None:
    """Return a lesion's features, or None when there is no lesion in the mask."""
    try:
        return measure_lesion(pixels, mask, mm_per_px=mm_per_px)
    except NoLesionError:
        return None


def mask_area_mm2(mask: BoolMask, mm_per_px: float | None) -> float | None:
    """Return the area of a whole mask (H, W), every part and no hole; None when not calibrated."""
    return None if mm_per_px is None else area_px(mask) * mm_per_px**2


def measurements_of(features: LesionFeatures | None, mask: BoolMask | None) -> tuple[Measurement, ...]:
    """Return the measurements of a mask to show; none when there is no lesion.

    The area is that of the whole mask, as it is exported; all else is of its largest region, holes filled.
    """
    if features is None or mask is None:
        return ()
    return (*_size(features, mask), *_shape(features.shape), *_colour(features.colour))


def _size(features: LesionFeatures, mask: BoolMask) -> tuple[Measurement, ...]:
    lengths = (
        (_("Longest diameter"), features.long_diameter_px, features.long_diameter_mm),
        (_("Shortest diameter"), features.short_diameter_px, features.short_diameter_mm),
        (_("Perimeter"), features.perimeter_px, features.perimeter_mm),
    )
    area_mm2 = mask_area_mm2(mask, features.mm_per_px)
    area = (
        Measurement(_("Area"), area_px(mask), "px²", digits=0)
        if area_mm2 is None
        else Measurement(_("Area"), area_mm2, "mm²", digits=2)
    )
    return (
        *(
            Measurement(name, px, "px", digits=0) if mm is None else Measurement(name, mm, "mm", digits=2)
            for name, px, mm in lengths
        ),
        area,
    )


def _shape(shape: LesionShape) -> tuple[Measurement, ...]:
    return (
        Measurement(_("Asymmetry (0 to 1)"), shape.symmetry_2axis, "", digits=2),
        Measurement(_("Perimeter² / area"), shape.area_perimeter_ratio, "", digits=1),
        Measurement(_("Border irregularity (0 to 10)"), shape.norm_border, "", digits=1),
        Measurement(_("Eccentricity (0 to 1)"), shape.eccentricity, "", digits=2),
    )


def _colour(colour: LesionColour) -> tuple[Measurement, ...]:
    variation = _(_COLOUR_VARIATION).format(definition=DEFINITION)
    lesion = (
        Measurement(variation, colour_variation(colour), "", digits=1),
        Measurement(_("Colour asymmetry"), colour.radial_std_max, "L*a*b*", digits=1),
        Measurement(_("Lightness of the lesion"), colour.lesion.mean_l, "L*", digits=1),
    )
    if colour.delta_l is None or colour.delta_lb is None:
        return lesion
    return (
        *lesion,
        Measurement(_("Lightness against the skin"), colour.delta_l, "L*", digits=1),
        Measurement(_("Contrast with the skin"), colour.delta_lb, "L*b*", digits=1),
    )
