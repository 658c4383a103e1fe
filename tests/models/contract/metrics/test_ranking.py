"""Areas and rates of rankings: by hand, with ties, undefined, and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.metrics import roc_curve as reference_roc_curve

from models.contract.metrics import (
    average_precision,
    pauc_above_tpr80,
    pauc_above_tpr80_by_rank,
    pauc_from_scaled,
    retrieval_sensitivity,
    roc_auc,
    roc_curve,
    sensitivity_at_specificity,
)


def sample(seed: int, *, tied: bool) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.random(157) < 0.25
    scores = rng.normal(size=157) + labels
    return labels, np.round(scores, 1) if tied else scores


def test_the_area_by_hand() -> None:
    # Positives 0.8 and 0.4 against 0.6, 0.4, 0.1: 3 + (0 + 0.5 + 1) of 6 pairs.
    assert roc_auc([1, 1, 0, 0, 0], [0.8, 0.4, 0.6, 0.4, 0.1]) == pytest.approx(4.5 / 6)


def test_average_precision_by_hand() -> None:
    # Ranks 1 and 3 of the positives: (1/1 + 2/3) / 2.
    assert average_precision([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]) == pytest.approx((1 + 2 / 3) / 2)


@pytest.mark.parametrize("labels", [[0, 0, 0], [1, 1, 1], []])
def test_areas_without_both_classes_are_undefined(labels: list[int]) -> None:
    scores = [0.1, 0.2, 0.3][: len(labels)]
    assert roc_auc(labels, scores) is None
    assert pauc_above_tpr80(labels, scores) is None
    assert pauc_above_tpr80_by_rank(labels, scores) is None
    assert sensitivity_at_specificity(labels, scores) is None


def test_average_precision_without_positives_is_undefined() -> None:
    assert average_precision([0, 0], [0.1, 0.2]) is None
    assert retrieval_sensitivity([0, 0], [0.1, 0.2], [1, 1]) is None


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_agreement_with_scikit_learn(seed: int, tied: bool) -> None:
    labels, scores = sample(seed, tied=tied)
    assert roc_auc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
    expected = average_precision_score(labels, scores)
    assert average_precision(labels, scores) == pytest.approx(expected)
    scaled = roc_auc_score(~labels, -scores, max_fpr=0.2)
    assert pauc_above_tpr80(labels, scores) == pytest.approx(pauc_from_scaled(scaled))
    for ours, theirs in zip(
        roc_curve(labels, scores),
        reference_roc_curve(labels, scores, drop_intermediate=False),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs)


@pytest.mark.parametrize("seed", range(6))
def test_both_forms_of_the_partial_area_agree_without_ties(seed: int) -> None:
    labels, scores = sample(seed, tied=False)
    by_rank = pauc_above_tpr80_by_rank(labels, scores)
    assert pauc_above_tpr80(labels, scores) == pytest.approx(by_rank, abs=1e-12)


def test_partial_areas_of_perfect_random_and_reversed_scores() -> None:
    labels = [0] * 50 + [1] * 10
    assert pauc_above_tpr80(labels, range(60)) == pytest.approx(0.2)
    assert pauc_above_tpr80(labels, [0.5] * 60) == pytest.approx(0.02)
    assert pauc_above_tpr80(labels, range(60, 0, -1)) == pytest.approx(0.0)
    assert pauc_from_scaled(1.0) == pytest.approx(0.2)
    assert pauc_from_scaled(0.5) == pytest.approx(0.02)


def test_the_partial_area_by_hand() -> None:
    # 5 positives: the lowest one counts fully (0.2 x 5 = 1); 3 of 4 negatives lie below it.
    labels = [1, 1, 1, 1, 1, 0, 0, 0, 0]
    scores = [9, 8, 7, 6, 4, 5, 3, 2, 1]
    assert pauc_above_tpr80(labels, scores) == pytest.approx(0.75 / 5)
    assert pauc_above_tpr80_by_rank(labels, scores) == pytest.approx(0.75 / 5)


def test_a_monotone_map_changes_no_ranking_metric() -> None:
    labels, scores = sample(3, tied=True)
    mapped = 1 / (1 + np.exp(-3 * scores))
    for metric in (roc_auc, average_precision, pauc_above_tpr80, sensitivity_at_specificity):
        assert metric(labels, mapped) == pytest.approx(metric(labels, scores))


def test_sensitivity_at_specificity_by_hand() -> None:
    labels = [0] * 20 + [1] * 4
    scores = [*range(20), 30, 18.5, 17.5, 3]
    # At most 1 of 20 benign above the threshold: 18.5 counts, 17.5 would let 19 and 18 through.
    assert sensitivity_at_specificity(labels, scores, 0.95) == pytest.approx(2 / 4)
    assert sensitivity_at_specificity(labels, scores, 0.90) == pytest.approx(3 / 4)
    assert sensitivity_at_specificity(labels, scores, 1.0) == pytest.approx(1 / 4)
    assert sensitivity_at_specificity(labels, scores, 0.0) == 1.0


def test_retrieval_looks_at_each_patients_highest_scores() -> None:
    labels = [1, 0, 0, 1, 0, 1]
    scores = [0.9, 0.8, 0.1, 0.2, 0.7, 0.6]
    patients = ["a", "a", "a", "a", "b", "b"]
    assert retrieval_sensitivity(labels, scores, patients, highest=1) == pytest.approx(1 / 3)
    assert retrieval_sensitivity(labels, scores, patients, highest=2) == pytest.approx(2 / 3)
    assert retrieval_sensitivity(labels, scores, patients) == 1.0


def test_scores_that_are_no_numbers_are_a_programming_error() -> None:
    with pytest.raises(ValueError, match="finite"):
        roc_auc([0, 1], [0.1, np.nan])
    with pytest.raises(ValueError, match="one score per label"):
        roc_auc([0, 1], [0.1, 0.2, 0.3])
