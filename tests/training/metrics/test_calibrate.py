import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from training.metrics.calibrate import (
    fitted_shift,
    fitted_temperature,
    threshold_at_sensitivity,
    threshold_at_specificity,
)


def test_the_temperature_of_overconfident_logits_is_found() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 20_000)
    labels = rng.random(20_000) < 1 / (1 + np.exp(-logits))
    assert fitted_temperature(3 * logits, labels) == pytest.approx(3, rel=0.03)


def test_the_temperature_agrees_with_scipy() -> None:
    rng = np.random.default_rng(1)
    logits, labels = rng.normal(0, 3, 300), rng.random(300) < 0.4

    def loss(log_temperature: float) -> float:
        scaled = logits / math.exp(log_temperature)
        return float(np.mean(np.logaddexp(0, scaled) - labels * scaled))

    other = minimize_scalar(loss, bounds=(math.log(0.05), math.log(20)), method="bounded")
    assert loss(math.log(fitted_temperature(logits, labels))) == pytest.approx(other.fun, abs=1e-6)


@pytest.mark.parametrize("label", [True, False])
def test_one_class_alone_leaves_the_temperature_at_one(label: bool) -> None:
    assert fitted_temperature(np.array([3.0, -2.0]), np.array([label, label])) == 1


@pytest.mark.parametrize("share", [0.5, 0.8, 0.9, 1.0])
def test_thresholds_reach_what_they_promise(share: float) -> None:
    rng = np.random.default_rng(2)
    labels = np.arange(137) < 29
    probabilities = rng.random(137)
    found = probabilities >= threshold_at_sensitivity(probabilities, labels, share)
    assert found[labels].mean() >= share
    kept = probabilities < threshold_at_specificity(probabilities, labels, share)
    assert kept[~labels].mean() >= share


def test_the_sensitivity_threshold_is_the_highest_possible() -> None:
    probabilities = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
    labels = np.ones(10, bool)
    assert threshold_at_sensitivity(probabilities, labels, 0.9) == 0.2


def test_thresholds_without_cases_stay_in_the_middle() -> None:
    nothing = np.zeros(3, bool)
    assert threshold_at_sensitivity(np.ones(3), nothing, 0.9) == 0.5
    assert threshold_at_specificity(np.ones(3), ~nothing, 0.9) == 0.5


def test_a_score_that_is_too_high_is_moved_to_the_shares_that_are_there() -> None:
    rng = np.random.default_rng(3)
    logits = rng.normal(-2, 1.5, 4000)
    labels = rng.random(4000) < 1 / (1 + np.exp(-logits))
    too_high = 2 * logits + 3
    shift = fitted_shift(too_high, labels)
    assert shift == pytest.approx(-3, abs=0.25)
    assert fitted_temperature(too_high + shift, labels) == pytest.approx(2, rel=0.08)


@pytest.mark.parametrize("label", [True, False])
def test_one_class_alone_moves_nothing(label: bool) -> None:
    assert fitted_shift(np.array([3.0, -2.0]), np.array([label, label])) == 0
