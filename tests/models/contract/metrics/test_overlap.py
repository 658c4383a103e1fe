"""Dice, IoU and rates: by hand, at the edges of their definitions, and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, jaccard_score, precision_score, recall_score

from models.contract.metrics import (
    dice,
    iou,
    precision,
    segmentation_scores,
    sensitivity,
    specificity,
    threshold_jaccard,
)

EMPTY = np.zeros((4, 5), bool)
FULL = np.ones((4, 5), bool)


def test_by_hand() -> None:
    truth, prediction = EMPTY.copy(), EMPTY.copy()
    truth[0, :4] = True
    prediction[0, 1:5] = True
    prediction[1, 0] = True
    # TP 3, FP 2, FN 1, TN 14
    assert dice(prediction, truth) == pytest.approx(6 / 9)
    assert iou(prediction, truth) == pytest.approx(3 / 6)
    assert sensitivity(prediction, truth) == pytest.approx(3 / 4)
    assert specificity(prediction, truth) == pytest.approx(14 / 16)
    assert precision(prediction, truth) == pytest.approx(3 / 5)
    assert segmentation_scores(prediction, truth).pixel_accuracy == pytest.approx(17 / 20)


def test_two_empty_masks_agree_and_leave_rates_undefined() -> None:
    assert dice(EMPTY, EMPTY) == iou(EMPTY, EMPTY) == 1.0
    assert sensitivity(EMPTY, EMPTY) is None
    assert precision(EMPTY, EMPTY) is None
    assert specificity(EMPTY, EMPTY) == 1.0


@pytest.mark.parametrize(("prediction", "truth"), [(EMPTY, FULL), (FULL, EMPTY)])
def test_one_empty_mask_scores_nothing(prediction: np.ndarray, truth: np.ndarray) -> None:
    assert dice(prediction, truth) == iou(prediction, truth) == 0.0


def test_two_full_masks_agree_and_have_no_specificity() -> None:
    assert dice(FULL, FULL) == iou(FULL, FULL) == sensitivity(FULL, FULL) == 1.0
    assert specificity(FULL, FULL) is None


def test_threshold_jaccard_counts_poor_overlap_as_a_miss() -> None:
    truth = np.zeros((1, 100), bool)
    truth[0, :100] = True
    at_limit, below = truth.copy(), truth.copy()
    at_limit[0, 65:] = False
    below[0, 64:] = False
    assert threshold_jaccard(at_limit, truth) == pytest.approx(0.65)
    assert threshold_jaccard(below, truth) == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_agreement_with_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, prediction = rng.random((2, 30, 40)) < rng.uniform(0.1, 0.9)
    flat = truth.ravel(), prediction.ravel()
    assert dice(prediction, truth) == pytest.approx(f1_score(*flat))
    assert iou(prediction, truth) == pytest.approx(jaccard_score(*flat))
    assert sensitivity(prediction, truth) == pytest.approx(recall_score(*flat))
    assert specificity(prediction, truth) == pytest.approx(recall_score(*flat, pos_label=0))
    assert precision(prediction, truth) == pytest.approx(precision_score(*flat))


def test_all_scores_at_once_are_the_single_ones() -> None:
    rng = np.random.default_rng(1)
    truth, prediction = rng.random((2, 30, 40)) < 0.4
    scores = segmentation_scores(prediction, truth)
    assert scores.dice == dice(prediction, truth)
    assert scores.iou == iou(prediction, truth)
    assert scores.sensitivity == sensitivity(prediction, truth)


def test_masks_of_different_images_are_a_programming_error() -> None:
    with pytest.raises(ValueError, match="one shape"):
        dice(EMPTY, np.zeros((5, 4), bool))
