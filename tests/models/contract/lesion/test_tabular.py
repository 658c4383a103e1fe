"""The tabular input: order, vocabularies, and what is missing and why."""

import math

import cv2
import numpy as np
import pytest

from models.contract.lesion.features import LesionFeatures, measure_lesion
from models.contract.lesion.tabular import (
    CATEGORICAL_FEATURES,
    CATEGORICAL_VALUES,
    NUMERIC_FEATURES,
    TabularInput,
    missing_names,
    patient_size_z,
    tabular_input,
    without_metadata,
)

NEVER = {
    "tbp_lv_deltaLBnorm", "tbp_lv_nevi_confidence", "tbp_lv_x", "tbp_lv_y", "tbp_lv_z",
    "tbp_tile_type", "attribution",
}  # fmt: skip
IN_MM = {
    "clin_size_long_diam_mm", "tbp_lv_areaMM2", "tbp_lv_minorAxisMM", "tbp_lv_perimeterMM",
}  # fmt: skip


def features(mm_per_px: float | None = None) -> LesionFeatures:
    image = np.full((100, 140, 3), (210, 170, 150), np.uint8)
    canvas = np.zeros((100, 140), np.uint8)
    cv2.ellipse(canvas, (70, 50), (40, 25), 20, 0, 360, 1, -1)
    image[canvas > 0] = (100, 70, 60)
    return measure_lesion(image, canvas > 0, mm_per_px=mm_per_px)


def number(given: TabularInput, name: str) -> float:
    return float(given.numeric[NUMERIC_FEATURES.index(name)])


def category(given: TabularInput, name: str) -> int:
    return int(given.categorical[CATEGORICAL_FEATURES.index(name)])


def test_there_are_35_numbers_and_6_categories_with_the_specified_table_sizes() -> None:
    assert len(NUMERIC_FEATURES) == len(set(NUMERIC_FEATURES)) == 35
    assert NUMERIC_FEATURES[:4] == (
        "age_approx", "clin_size_long_diam_mm", "tbp_lv_A", "tbp_lv_Aext",
    )  # fmt: skip
    assert NUMERIC_FEATURES[-2:] == ("tbp_lv_z", "patient_size_z")
    assert list(NUMERIC_FEATURES[1:-1]) == sorted(NUMERIC_FEATURES[1:-1])
    assert [len(CATEGORICAL_VALUES[name]) + 1 for name in CATEGORICAL_FEATURES] == [
        3, 6, 3, 22, 9, 8,
    ]  # fmt: skip


def test_without_anything_known_everything_is_missing() -> None:
    given = without_metadata()
    assert len(missing_names(given)) == 41
    assert np.isnan(given.numeric).all()


def test_an_uncalibrated_lesion_lacks_sizes_and_vendor_columns_only() -> None:
    given = tabular_input(
        entered={"age_approx": 55, "sex": "female", "anatom_site_general": "anterior torso"},
        features=features(),
    )
    assert set(missing_names(given)) == NEVER | IN_MM | {"patient_size_z"}


def test_a_calibrated_lesion_has_its_sizes() -> None:
    measured = features(mm_per_px=0.05)
    given = tabular_input(
        entered={"age_approx": 55, "sex": "male", "anatom_site_general": "head/neck"},
        features=measured,
        patient_long_diameters_mm=[2.0, 3.0, measured.long_diameter_mm],
    )
    assert set(missing_names(given)) == NEVER
    assert number(given, "clin_size_long_diam_mm") == pytest.approx(measured.long_diameter_mm)
    assert number(given, "tbp_lv_areaMM2") == pytest.approx(measured.area_px * 0.0025)
    assert number(given, "tbp_lv_minorAxisMM") == pytest.approx(measured.short_diameter_mm)


def test_measurements_reach_their_own_columns() -> None:
    measured = features()
    given = tabular_input(entered={}, features=measured)
    colour, shape = measured.colour, measured.shape
    assert colour.skin is not None
    assert number(given, "tbp_lv_A") == pytest.approx(colour.lesion.mean_a)
    assert number(given, "tbp_lv_Bext") == pytest.approx(colour.skin.mean_b)
    assert number(given, "tbp_lv_Hext") == pytest.approx(colour.skin.hue_deg)
    assert number(given, "tbp_lv_deltaL") == pytest.approx(colour.delta_l)
    assert number(given, "tbp_lv_eccentricity") == pytest.approx(shape.eccentricity)
    assert number(given, "tbp_lv_symm_2axis_angle") == shape.symmetry_2axis_angle_deg


@pytest.mark.parametrize(
    ("age_years", "expected"),
    [(0, 0.0), (85, 85.0), (92, 85.0), (-1, None), (math.nan, None), (None, None)],
)
def test_ages_above_85_count_as_85_and_impossible_ones_are_missing(
    age_years: float | None, expected: float | None
) -> None:
    given = tabular_input(entered={"age_approx": age_years}, features=None)
    found = number(given, "age_approx")
    assert math.isnan(found) if expected is None else found == expected


@pytest.mark.parametrize(
    ("sex", "index"), [("female", 1), ("male", 2), (" Male ", 2), ("unknown", 0), (None, 0)]
)
def test_sex_is_looked_up(sex: str | None, index: int) -> None:
    given = tabular_input(entered={"sex": sex}, features=None)
    assert category(given, "sex") == index


@pytest.mark.parametrize("site", ["lateral torso", "palms/soles", "oral/genital", "", None])
def test_sites_the_networks_do_not_know_are_missing(site: str | None) -> None:
    given = tabular_input(entered={"anatom_site_general": site}, features=None)
    assert not given.categorical.any()


def test_a_site_also_gives_the_location_where_no_side_is_needed() -> None:
    torso = tabular_input(entered={"anatom_site_general": "posterior torso"}, features=None)
    values = CATEGORICAL_VALUES["tbp_lv_location_simple"]
    assert values[category(torso, "tbp_lv_location_simple") - 1] == "Torso Back"
    arm = tabular_input(entered={"anatom_site_general": "upper extremity"}, features=None)
    assert category(arm, "anatom_site_general") == 2
    assert category(arm, "tbp_lv_location") == 0


def test_an_entered_input_reaches_the_column_of_its_name() -> None:
    entered = {"tbp_lv_location": "Left Arm", "tbp_lv_x": 12.5, "tbp_lv_A": 3.0}
    given = tabular_input(entered=entered, features=features())
    assert CATEGORICAL_VALUES["tbp_lv_location"][category(given, "tbp_lv_location") - 1] == "Left Arm"
    assert (number(given, "tbp_lv_x"), number(given, "tbp_lv_A")) == (12.5, 3.0)


def test_an_input_that_the_table_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no columns \\['ward'\\]"):
        tabular_input(entered={"ward": 3.0}, features=None)


def test_size_among_the_patients_lesions_by_hand() -> None:
    # median 4, deviations 2 1 0 1 6 -> MAD 1: (10 - 4) / (1.4826 + 1e-6)
    sizes = [2.0, 3.0, 4.0, 5.0, 10.0]
    assert patient_size_z(10.0, sizes) == pytest.approx(6 / (1.4826 + 1e-6))
    assert patient_size_z(4.0, sizes) == 0.0
    assert patient_size_z(9.0, [1.0, 1.0, 1.0, 9.0]) == 10.0
    assert patient_size_z(4.0, [4.0, 5.0]) is None
    assert patient_size_z(None, sizes) is None


def test_arrays_of_another_shape_or_type_are_refused() -> None:
    good = without_metadata()
    with pytest.raises(ValueError, match="shapes"):
        TabularInput(good.numeric[:34], good.categorical)
    with pytest.raises(ValueError, match="float32"):
        TabularInput(good.numeric.astype(np.float64), good.categorical)
