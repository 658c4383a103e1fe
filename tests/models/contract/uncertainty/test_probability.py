"""Entropies, intervals and conformal sets: by hand, and that they cover what they promise."""

import numpy as np
import pytest

from models.contract.uncertainty.probability import (
    binary_entropy,
    conformal_labels,
    conformal_quantile,
    mutual_information,
)


def test_entropy_is_one_bit_at_one_half_and_none_when_sure() -> None:
    np.testing.assert_allclose(binary_entropy([0.0, 0.5, 1.0]), [0.0, 1.0, 0.0])
    assert binary_entropy(0.25) == pytest.approx(0.25 * 2 + 0.75 * np.log2(4 / 3))


def test_mutual_information_is_what_the_passes_disagree_about() -> None:
    assert mutual_information([0.3, 0.3, 0.3]) == pytest.approx(0.0, abs=1e-12)
    assert mutual_information([0.0, 1.0]) == pytest.approx(1.0)
    assert 0 < mutual_information([0.2, 0.6]) < 1


def test_the_conformal_quantile_takes_the_higher_score() -> None:
    scores = np.arange(1, 20) / 20  # 19 scores: rank ceil(20 * 0.9) = 18
    assert conformal_quantile(scores, 0.1) == pytest.approx(0.90)
    assert conformal_quantile(scores, 0.05) == pytest.approx(0.95)
    assert conformal_quantile(scores, 0.12) == pytest.approx(0.90)
    assert conformal_quantile(scores, 0.01) == 1.0
    assert conformal_quantile([], 0.1) == 1.0


def test_conformal_sets_cover_each_class() -> None:
    rng = np.random.default_rng(0)

    def drawn(count: int) -> tuple[np.ndarray, np.ndarray]:
        malignant = rng.random(count) < 0.1
        logit = rng.normal(size=count) + 1.5 * malignant - 2
        return malignant, 1 / (1 + np.exp(-logit))

    held_out, probability = drawn(2000)
    quantiles = {
        "benign": conformal_quantile(probability[~held_out], 0.1),
        "malignant": conformal_quantile(1 - probability[held_out], 0.1),
    }
    fresh, fresh_probability = drawn(20_000)
    sets = [conformal_labels(each, quantiles) for each in fresh_probability]
    for label, chosen in (("benign", ~fresh), ("malignant", fresh)):
        covered = np.mean([label in each for each, is_one in zip(sets, chosen, strict=True) if is_one])
        assert covered == pytest.approx(0.9, abs=0.05)


def test_a_label_is_kept_while_it_cannot_be_excluded() -> None:
    quantiles = {"benign": 0.6, "malignant": 0.8}
    assert conformal_labels(0.05, quantiles) == ("benign",)
    assert conformal_labels(0.4, quantiles) == ("benign", "malignant")
    assert conformal_labels(0.9, quantiles) == ("malignant",)
    assert conformal_labels(0.5, {"benign": 0.1, "malignant": 0.1}) == ()
