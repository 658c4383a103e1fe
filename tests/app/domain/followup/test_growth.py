import math
from dataclasses import replace

import pytest

from app.domain.followup.growth import (
    Change,
    GrowthUnit,
    LesionSize,
    area_error,
    calibration_error,
    diameter_error,
    growth,
)
from app.domain.image import Calibration

DICOM = Calibration(0.02, "DICOM pixel spacing")
RULER = Calibration(0.01, "measured on a ruler")
SMALL = LesionSize(10_000.0, 360.0, 120.0, 1.0, DICOM)


def grown(size: LesionSize, factor: float) -> LesionSize:
    """Return the size of a lesion whose lengths are so many times as long."""
    return replace(
        size,
        area_px=size.area_px * factor**2,
        perimeter_px=size.perimeter_px * factor,
        long_diameter_px=size.long_diameter_px * factor,
    )


def test_two_scales_give_millimetres() -> None:
    found = growth(SMALL, replace(grown(SMALL, 2.2), calibration=RULER))

    assert found is not None
    assert found.unit is GrowthUnit.MM
    assert found.area.before == pytest.approx(4.0)
    assert found.area.after == pytest.approx(4.84)
    assert found.area.difference == pytest.approx(0.84)
    assert found.long_diameter.before == pytest.approx(2.4)
    assert found.long_diameter.difference == pytest.approx(0.24)


def test_the_registration_changes_no_millimetres() -> None:
    later = replace(grown(SMALL, 2.0), calibration=RULER)

    assert growth(SMALL, later, registered_scale=2.0, residual_px=9.0) == growth(SMALL, later)


@pytest.mark.parametrize("uncalibrated", ["earlier", "later", "both"])
def test_without_both_scales_growth_is_in_percent_of_the_registered_size(uncalibrated: str) -> None:
    earlier = replace(SMALL, calibration=RULER if uncalibrated == "later" else None)
    later = replace(grown(SMALL, 3.0), calibration=RULER if uncalibrated == "earlier" else None)
    found = growth(earlier, later, registered_scale=2.5)

    assert found is not None
    assert found.unit is GrowthUnit.PERCENT
    assert found.area.difference == pytest.approx(100 * (1.2**2 - 1))
    assert found.long_diameter.difference == pytest.approx(20.0)


def test_without_scales_and_registration_growth_is_not_known() -> None:
    assert growth(replace(SMALL, calibration=None), SMALL) is None


def test_without_an_earlier_lesion_growth_is_not_known() -> None:
    assert growth(replace(SMALL, area_px=0.0), SMALL) is None
    assert growth(replace(SMALL, long_diameter_px=0.0), SMALL) is None


def test_a_lesion_that_is_gone_has_lost_all_of_its_size() -> None:
    gone = LesionSize(0.0, 0.0, 0.0, 1.0, DICOM)
    found = growth(SMALL, gone)

    assert found is not None
    assert found.area.difference == pytest.approx(-4.0)


@pytest.mark.parametrize(
    ("source", "error"),
    [("DICOM pixel spacing", 0.02), ("measured on a ruler", 0.03), ("entered by hand", 0.05), ("", 0.05)],
)
def test_the_error_of_a_scale_goes_by_its_source(source: str, error: float) -> None:
    assert calibration_error(Calibration(0.02, source)) == error


def test_the_error_of_an_area_adds_scale_and_boundary_as_independent() -> None:
    assert area_error(SMALL, 0.0) == pytest.approx(360.0)
    assert area_error(replace(SMALL, boundary_error_px=0.0), 0.02) == pytest.approx(400.0)
    assert area_error(SMALL, 0.02) == pytest.approx(math.hypot(360.0, 400.0))


def test_the_error_of_a_diameter_has_the_boundary_at_both_ends() -> None:
    assert diameter_error(SMALL, 0.0) == pytest.approx(2.0)
    assert diameter_error(replace(SMALL, boundary_error_px=0.0), 0.02) == pytest.approx(2.4)


def test_the_error_in_millimetres_is_that_of_both_visits() -> None:
    found = growth(SMALL, SMALL)

    assert found is not None
    one = area_error(SMALL, 0.02) * 0.02**2
    assert found.area.error == pytest.approx(math.sqrt(2) * one)
    assert found.long_diameter.error == pytest.approx(math.sqrt(2) * diameter_error(SMALL, 0.02) * 0.02)


def test_nothing_but_exact_boundaries_and_scales_has_no_error() -> None:
    exact = replace(SMALL, calibration=None, boundary_error_px=0.0)
    found = growth(exact, exact, registered_scale=1.0)

    assert found is not None
    assert (found.area.error, found.long_diameter.error) == (0.0, 0.0)


@pytest.mark.parametrize("residual_px", [0.5, 1.0, 2.0, 5.0])
def test_the_residual_is_the_error_of_a_registered_scale(residual_px: float) -> None:
    exact = replace(SMALL, calibration=None, boundary_error_px=0.0)
    found = growth(exact, exact, registered_scale=1.0, residual_px=residual_px)

    assert found is not None
    assert found.long_diameter.error == pytest.approx(100 * math.sqrt(2) * residual_px / 120.0)
    assert found.area.error == pytest.approx(2 * found.long_diameter.error)


def test_the_error_grows_with_each_of_its_parts() -> None:
    def error(boundary_px: float, residual_px: float) -> float:
        size = replace(SMALL, calibration=None, boundary_error_px=boundary_px)
        found = growth(size, size, registered_scale=1.0, residual_px=residual_px)
        assert found is not None
        return found.area.error

    assert error(0.0, 0.0) < error(1.0, 0.0) < error(2.0, 0.0) < error(2.0, 1.0) < error(2.0, 3.0)


def test_the_same_lesion_at_another_resolution_has_not_grown() -> None:
    uncalibrated = replace(SMALL, calibration=None)
    found = growth(uncalibrated, grown(uncalibrated, 0.4), registered_scale=0.4, residual_px=0.5)

    assert found is not None
    assert found.area.difference == pytest.approx(0.0)
    assert found.area.is_within_error


@pytest.mark.parametrize(
    ("after", "error", "is_within"),
    [(4.5, 0.5, True), (4.6, 0.5, False), (3.5, 0.5, True), (3.4, 0.5, False)],
)
def test_a_difference_up_to_its_error_is_within_it(after: float, error: float, is_within: bool) -> None:
    assert Change(4.0, after, error).is_within_error is is_within


def test_a_lesion_that_the_frame_cuts_has_a_lower_bound() -> None:
    for earlier, later in ((True, False), (False, True)):
        found = growth(replace(SMALL, is_cut=earlier), replace(SMALL, is_cut=later))
        assert found is not None
        assert found.is_lower_bound


@pytest.mark.parametrize(
    ("scale", "disagree"), [(2.0, False), (2.08, False), (1.92, False), (2.3, True), (1.7, True)]
)
def test_scales_that_contradict_the_registration_are_noticed(scale: float, disagree: bool) -> None:
    found = growth(SMALL, replace(grown(SMALL, 2.0), calibration=RULER), registered_scale=scale)

    assert found is not None
    assert found.scales_disagree is disagree
