"""From logits to what the clinician sees."""

import math

import numpy as np
import pytest
from scipy import ndimage

from models.contract.errors import UnusableOutputError
from models.contract.imaging.postprocess import (
    calibrated_probability,
    for_display,
    lesion_mask,
    place_on_image,
    probability_map,
)
from models.contract.imaging.preprocess import Box, SegmenterGeometry
from models.contract.imaging.regions import extent_px, largest_component, one_region, without_holes

SAME_SIZE = SegmenterGeometry(4, 6, is_turned=False)


def test_probabilities_are_the_sigmoid_of_logits_over_temperature() -> None:
    logits = np.linspace(-200, 200, 24, dtype=np.float32).reshape(4, 6)
    expected = 1 / (1 + np.exp(-np.clip(logits.astype(np.float64) / 2, -80, 80)))
    np.testing.assert_allclose(probability_map(logits, SAME_SIZE, temperature=2.0), expected, atol=1e-6)


def test_a_turned_answer_is_turned_back() -> None:
    native = np.arange(24, dtype=np.float32).reshape(6, 4) / 10
    turned = np.rot90(native).copy()
    found = probability_map(turned, SegmenterGeometry(6, 4, is_turned=True))
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-native)), rtol=1e-5)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_not_shown(bad: float) -> None:
    logits = np.zeros((4, 6), np.float32)
    logits[2, 3] = bad
    with pytest.raises(UnusableOutputError, match="no boundary can be shown"):
        probability_map(logits, SAME_SIZE)
    with pytest.raises(UnusableOutputError, match="no score can be shown"):
        calibrated_probability(bad, 1.0)


def test_the_input_logits_stay_as_they_were() -> None:
    logits = np.full((4, 6), 3.0, np.float32)
    probability_map(logits, SAME_SIZE)
    assert (logits == 3.0).all()


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan, math.inf])
def test_a_temperature_is_positive(temperature: float) -> None:
    with pytest.raises(ValueError, match="temperature"):
        calibrated_probability(0.0, temperature)


def test_calibrated_probability_is_symmetric_and_never_overflows() -> None:
    assert calibrated_probability(0.0, 3.0) == 0.5
    assert calibrated_probability(1e6, 1.0) == 1.0
    assert calibrated_probability(-1e6, 1.0) == 0.0
    assert calibrated_probability(2.0, 2.0) == pytest.approx(1 / (1 + math.exp(-1)))
    assert calibrated_probability(-3, 1) + calibrated_probability(3, 1) == pytest.approx(1.0)


def test_the_lesion_is_the_largest_region_without_holes() -> None:
    probability = np.zeros((12, 12), np.float32)
    probability[1:8, 1:8] = 0.9
    probability[3:5, 3:5] = 0.1
    probability[10:12, 10:12] = 0.9
    mask = lesion_mask(probability, 0.5)
    expected = np.zeros((12, 12), bool)
    expected[1:8, 1:8] = True
    np.testing.assert_array_equal(mask, expected)


def test_the_threshold_itself_counts_as_lesion() -> None:
    probability = np.full((3, 3), 0.5, np.float32)
    assert lesion_mask(probability, 0.5).all()


def test_nothing_above_the_threshold_is_an_empty_mask() -> None:
    mask = lesion_mask(np.zeros((5, 5), np.float32), 0.5)
    assert mask.dtype == bool
    assert not mask.any()


@pytest.mark.parametrize("seed", range(6))
def test_regions_agree_with_a_second_implementation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = ndimage.gaussian_filter(rng.normal(size=(60, 80)), 2.5) > 0
    labels, _ = ndimage.label(mask, structure=np.ones((3, 3)))
    largest = labels == np.argmax(np.bincount(labels[labels > 0]))
    np.testing.assert_array_equal(largest_component(mask), largest)
    np.testing.assert_array_equal(without_holes(mask), ndimage.binary_fill_holes(mask))
    np.testing.assert_array_equal(one_region(mask), ndimage.binary_fill_holes(largest))


def test_extent_is_exclusive_at_its_end() -> None:
    mask = np.zeros((9, 9), bool)
    assert extent_px(mask) is None
    mask[2, 3] = mask[5, 4] = True
    assert extent_px(mask) == (2, 3, 6, 5)


def test_a_token_map_is_laid_on_its_crop_and_nowhere_else() -> None:
    relevance = np.ones((7, 7), np.float32)
    placed = place_on_image(relevance, Box(-10, 20, 40, 40), (50, 45, 3))
    expected = np.zeros((50, 45), np.float32)
    expected[:30, 20:45] = 1.0
    np.testing.assert_array_equal(placed, expected)


def test_a_token_map_keeps_its_orientation() -> None:
    relevance = np.zeros((2, 2), np.float32)
    relevance[0, 1] = 1.0
    placed = place_on_image(relevance, Box(0, 0, 20, 20), (20, 20))
    assert placed[0, 19] == 1.0
    assert placed[19, 0] == 0.0


def test_a_box_beside_the_image_places_nothing() -> None:
    assert not place_on_image(np.ones((2, 2), np.float32), Box(50, 0, 5, 5), (20, 20)).any()


@pytest.mark.parametrize("unit", [1e-4, 1.0, 1e3])
def test_relevance_of_any_magnitude_fills_the_scale_of_its_colours(unit: float) -> None:
    ramp = np.linspace(-1.0, 3.0, 196, dtype=np.float32).reshape(14, 14)
    unsigned, signed = (for_display(unit * ramp, is_signed=is_signed) for is_signed in (False, True))
    assert (unsigned.min(), unsigned.max()) == pytest.approx((0.0, 1.0), abs=1e-5)
    assert signed.max() == pytest.approx(1.0, abs=1e-5)
    assert signed.min() == pytest.approx(-1.0 / 3.0, abs=0.02)
    np.testing.assert_array_equal(np.sign(signed), np.sign(ramp))


def test_one_extreme_token_does_not_dim_the_others() -> None:
    ramp = np.linspace(0.0, 1.0, 196, dtype=np.float32).reshape(14, 14)
    ramp[0, 0] = 1000.0
    assert np.median(for_display(ramp, is_signed=False)) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("value", [0.0, 0.3, -2.0])
def test_an_unsigned_map_without_contrast_shows_nothing(value: float) -> None:
    assert not for_display(np.full((4, 4), value, np.float32), is_signed=False).any()
    assert np.isfinite(for_display(np.full((4, 4), value, np.float32), is_signed=True)).all()
