"""Calibration error, Brier score, and scores of several classes."""

import numpy as np
import pytest
from sklearn.metrics import (
    balanced_accuracy_score,
    brier_score_loss,
    f1_score,
    roc_auc_score,
)

from models.contract.metrics import (
    accuracy,
    balanced_accuracy,
    brier,
    calibration_bins,
    ece,
    macro_auc,
    macro_f1,
)


def test_calibration_error_by_hand() -> None:
    # Bins of width 1/2: {0.1, 0.3} with 1 of 2 malignant, {0.9} with 1 of 1.
    found = ece([0, 1, 1], [0.1, 0.3, 0.9], bins=2)
    assert found == pytest.approx(2 / 3 * abs(0.2 - 0.5) + 1 / 3 * abs(0.9 - 1.0))


def test_the_last_bin_holds_a_probability_of_one() -> None:
    bins = calibration_bins([0, 1], [1.0, 1.0], bins=15)
    assert [each.count for each in bins] == [2]
    assert bins[0].high == 1.0
    assert ece([0, 1], [1.0, 1.0]) == pytest.approx(0.5)


def test_every_lesion_is_in_one_bin() -> None:
    rng = np.random.default_rng(0)
    probabilities = np.concatenate([rng.random(500), [0.0, 1.0], np.arange(16) / 15])
    labels = rng.random(len(probabilities)) < probabilities
    bins = calibration_bins(labels, probabilities)
    assert sum(each.count for each in bins) == len(probabilities)
    assert all(each.low <= each.mean_probability <= each.high + 1e-12 for each in bins)


def test_honest_probabilities_have_a_small_error_and_boastful_ones_a_large_one() -> None:
    rng = np.random.default_rng(1)
    probabilities = rng.random(20_000)
    labels = rng.random(20_000) < probabilities
    assert ece(labels, probabilities) < 0.02
    boastful = np.where(probabilities > 0.5, 0.99, 0.01)
    assert ece(labels, boastful) > 0.2


def test_brier_score_by_hand_and_by_scikit_learn() -> None:
    assert brier([1, 0], [0.8, 0.4]) == pytest.approx((0.04 + 0.16) / 2)
    rng = np.random.default_rng(2)
    labels, probabilities = rng.random(200) < 0.3, rng.random(200)
    assert brier(labels, probabilities) == pytest.approx(brier_score_loss(labels, probabilities))


def test_no_lesions_have_no_calibration() -> None:
    assert ece([], []) is None
    assert brier([], []) is None
    assert calibration_bins([], []) == ()


def test_values_outside_zero_and_one_are_a_programming_error() -> None:
    with pytest.raises(ValueError, match="probabilities"):
        ece([0, 1], [0.2, 1.3])
    with pytest.raises(ValueError, match="probabilities"):
        brier([0, 1], [0.2, np.nan])


def test_several_classes_agree_with_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 4, 300)
    raw = rng.random((300, 4)) + 0.5 * np.eye(4)[labels]
    probabilities = raw / raw.sum(axis=1, keepdims=True)
    predicted = probabilities.argmax(axis=1)
    assert accuracy(labels, predicted) == pytest.approx(np.mean(labels == predicted))
    expected = balanced_accuracy_score(labels, predicted)
    assert balanced_accuracy(labels, predicted) == pytest.approx(expected)
    expected = f1_score(labels, predicted, average="macro")
    assert macro_f1(labels, predicted) == pytest.approx(expected)
    expected = roc_auc_score(labels, probabilities, multi_class="ovr", average="macro")
    assert macro_auc(labels, probabilities) == pytest.approx(expected)


def test_a_class_without_cases_leaves_the_macro_area_undefined() -> None:
    probabilities = np.full((4, 3), 1 / 3)
    assert macro_auc([0, 0, 1, 1], probabilities) is None
    assert accuracy([], []) is balanced_accuracy([], []) is macro_f1([], []) is None
