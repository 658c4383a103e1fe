"""What was measured on the lesions of an image, in codes; mm only when calibrated."""

from collections.abc import Iterator

import highdicom as hd
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from app.domain.mask import area_px
from app.exporters.dicom.concepts import MM, MM2, PIXELS, RATIO, own_code
from app.exporters.dicom.dicom_case import DicomCase
from app.exporters.dicom.segmentation import shown_lesions
from app.usecases.analysis.measurements import mask_area_mm2
from models.contract.arrays import BoolMask
from models.contract.lesion.colour_variation import colour_variation
from models.contract.lesion.features import LesionFeatures

_DIGITS = 4


def lesion_measurements(case: DicomCase) -> Iterator[list[hd.sr.Measurement]]:
    """Yield the measurements of each lesion in the order of the segments; others have their area alone."""
    for shown in shown_lesions(case):
        features = case.file.measure() if shown.is_of_interest else None
        area = _area(shown.mask, case.mm_per_px)
        yield [area] if features is None else [area, *_lengths(features), *_shape_and_colour(features)]


def _area(mask: BoolMask, mm_per_px: float | None) -> hd.sr.Measurement:
    area_mm2 = mask_area_mm2(mask, mm_per_px)
    if area_mm2 is None:
        return _measured(codes.SCT.Area, area_px(mask), PIXELS)
    return _measured(codes.SCT.Area, area_mm2, MM2)


def _lengths(features: LesionFeatures) -> Iterator[hd.sr.Measurement]:
    lengths = (
        (codes.SCT.LongAxis, features.long_diameter_px, features.long_diameter_mm),
        (codes.SCT.ShortAxis, features.short_diameter_px, features.short_diameter_mm),
        (codes.SCT.Perimeter, features.perimeter_px, features.perimeter_mm),
    )
    for name, length_px, length_mm in lengths:
        yield _measured(name, length_px, PIXELS) if length_mm is None else _measured(name, length_mm, MM)


def _shape_and_colour(features: LesionFeatures) -> Iterator[hd.sr.Measurement]:
    numbers = (
        ("asymmetry", "Asymmetry (0 to 1)", features.shape.symmetry_2axis),
        ("border_irregularity", "Border irregularity (0 to 10)", features.shape.norm_border),
        ("eccentricity", "Eccentricity (0 to 1)", features.shape.eccentricity),
        ("colour_variation_2", "Colour variation (0 to 10, definition 2)", colour_variation(features.colour)),
    )
    for code, words, value in numbers:
        yield _measured(own_code(code, words), value, RATIO)


def _measured(name: Code, value: float, unit: Code) -> hd.sr.Measurement:
    return hd.sr.Measurement(name, round(float(value), _DIGITS), unit)
