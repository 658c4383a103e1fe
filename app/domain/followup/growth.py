"""How much a lesion has grown between two visits, with its error.

The errors are propagated to the first order and added as if they were independent (root of the sum of
squares): of the scale (an assumption by its source), of the registration where the scale comes from it,
and of the boundary. A size is a lower bound where the frame cuts the lesion; that is said, not computed.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.image import Calibration

_ERROR_BY_SOURCE: Final = {"DICOM pixel spacing": 0.02, "measured on a ruler": 0.03}
"""Assumed relative errors of a scale by where it is from; nobody measured them."""
_ERROR_OF_OTHER_SCALES: Final = 0.05
"""Of one that was entered by hand."""
DRAWN_BOUNDARY_ERROR_PX: Final = 1.0
"""Assumed of a boundary that a person has drawn or confirmed, everywhere the same way, in px of the image."""
_NOT_DISAGREEING: Final = 1.0
"""Of the scales' error: within it two calibrations and a registration say the same."""


class GrowthUnit(StrEnum):
    """In what a growth is told."""

    MM = "mm"
    PERCENT = "%"


@dataclass(frozen=True, slots=True)
class LesionSize:
    """The size of a valid mask, in px of its own image, and how sure it is."""

    area_px: float
    perimeter_px: float
    long_diameter_px: float
    boundary_error_px: float
    """By how much the boundary may lie farther in or out."""
    calibration: Calibration | None = None
    is_cut: bool = False
    """The frame cuts the lesion."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one quantity with its error, in the unit of the growth."""

    before: float
    """In mm or mm²; 100 when told in percent."""
    after: float
    error: float
    """How far the difference may be from the true one; never negative."""

    @property
    def difference(self) -> float:
        """Return after minus before."""
        return self.after - self.before

    @property
    def is_within_error(self) -> bool:
        """Say whether the difference is not larger than its error."""
        return abs(self.difference) <= self.error


@dataclass(frozen=True, slots=True)
class Growth:
    """How a lesion's area and longest diameter have changed from one visit to another."""

    unit: GrowthUnit
    area: Change
    """In mm², or in percent of the earlier area."""
    long_diameter: Change
    """In mm, or in percent of the earlier one."""
    is_lower_bound: bool
    """The frame cuts the lesion in one of the images."""
    scales_disagree: bool = False
    """The two calibrations do not fit to how the images lie on each other."""


def calibration_error(calibration: Calibration) -> float:
    """Return the relative error that is assumed of a scale."""
    return _ERROR_BY_SOURCE.get(calibration.source, _ERROR_OF_OTHER_SCALES)


def growth(
    earlier: LesionSize,
    later: LesionSize,
    *,
    registered_scale: float | None = None,
    residual_px: float = 0.0,
) -> Growth | None:
    """Return the growth in mm when both images are calibrated, else in percent by the registration.

    Args:
        earlier: the size at the earlier visit.
        later: the size at the later visit.
        registered_scale: how many px of the later image one px of the earlier one is; None when the images
            could not be laid on each other.
        residual_px: of the registration, in px of the later image.

    None when neither is known, or there is no lesion at the earlier visit.
    """
    if earlier.area_px <= 0 or earlier.long_diameter_px <= 0:
        return None
    is_cut = earlier.is_cut or later.is_cut
    if earlier.calibration is not None and later.calibration is not None:
        scales = earlier.calibration, later.calibration
        disagree = registered_scale is not None and _disagree(*scales, registered_scale)
        area, diameter = _in_mm(earlier, later, *scales)
        return Growth(GrowthUnit.MM, area, diameter, is_cut, disagree)
    if registered_scale is None or registered_scale <= 0:
        return None
    area, diameter = _in_percent(earlier, later, registered_scale, residual_px)
    return Growth(GrowthUnit.PERCENT, area, diameter, is_cut)


def area_error(size: LesionSize, scale_error: float) -> float:
    """Return the error of an area in px²: of the scale (twice, for two directions) and of the boundary."""
    return math.hypot(2 * scale_error * size.area_px, size.perimeter_px * size.boundary_error_px)


def diameter_error(size: LesionSize, scale_error: float) -> float:
    """Return the error of a diameter in px: of the scale, and of the boundary at both ends."""
    return math.hypot(scale_error * size.long_diameter_px, 2 * size.boundary_error_px)


def _in_mm(
    earlier: LesionSize, later: LesionSize, earlier_scale: Calibration, later_scale: Calibration
) -> tuple[Change, Change]:
    first, second = earlier_scale.mm_per_px, later_scale.mm_per_px
    first_error, second_error = calibration_error(earlier_scale), calibration_error(later_scale)
    area = Change(
        earlier.area_px * first**2,
        later.area_px * second**2,
        math.hypot(area_error(earlier, first_error) * first**2, area_error(later, second_error) * second**2),
    )
    diameter = Change(
        earlier.long_diameter_px * first,
        later.long_diameter_px * second,
        math.hypot(
            diameter_error(earlier, first_error) * first, diameter_error(later, second_error) * second
        ),
    )
    return area, diameter


def _in_percent(
    earlier: LesionSize, later: LesionSize, scale: float, residual_px: float
) -> tuple[Change, Change]:
    """The registration gives the scale; its residual at both ends of the lesion is the scale's error."""
    scale_error = math.sqrt(2) * residual_px / (earlier.long_diameter_px * scale)
    area_ratio = later.area_px / (earlier.area_px * scale**2)
    length_ratio = later.long_diameter_px / (earlier.long_diameter_px * scale)
    area_parts = (
        area_ratio * area_error(earlier, scale_error) / earlier.area_px,
        area_error(later, 0.0) / (earlier.area_px * scale**2),
    )
    length_parts = (
        length_ratio * diameter_error(earlier, scale_error) / earlier.long_diameter_px,
        diameter_error(later, 0.0) / (earlier.long_diameter_px * scale),
    )
    return (
        Change(100.0, 100.0 * area_ratio, 100.0 * math.hypot(*area_parts)),
        Change(100.0, 100.0 * length_ratio, 100.0 * math.hypot(*length_parts)),
    )


def _disagree(earlier: Calibration, later: Calibration, registered_scale: float) -> bool:
    """Say whether the images lie on each other at another scale than the calibrations have it."""
    expected = earlier.mm_per_px / later.mm_per_px
    allowed = math.hypot(calibration_error(earlier), calibration_error(later))
    return abs(registered_scale / expected - 1) > _NOT_DISAGREEING * allowed + 0.02
