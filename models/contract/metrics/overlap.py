"""How much two masks of one image overlap, per image and at native size.

Two empty masks overlap fully (Dice = IoU = 1); when one is empty both are 0.
"""

from dataclasses import dataclass

import numpy as np

from models.contract.arrays import BoolMask
from models.contract.metrics.boundary import (
    F1_TOLERANCE_SHARE,
    boundary_iou,
    surface_distances,
)

JACCARD_THRESHOLD = 0.65
"""Below it the ISIC 2018 ranking counts a mask as missed."""


@dataclass(frozen=True)
class PixelCounts:
    """Pixels of one image by prediction and truth."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int


@dataclass(frozen=True)
class SegmentationScores:
    """Everything said about one predicted mask; None where a rate has no pixels to count."""

    dice: float
    iou: float
    threshold_jaccard: float
    sensitivity: float | None
    specificity: float | None
    precision: float | None
    pixel_accuracy: float
    hausdorff_px: float
    hd95_px: float
    assd_px: float
    boundary_f1: float
    boundary_iou: float


def pixel_counts(prediction: BoolMask, truth: BoolMask) -> PixelCounts:
    """TP, FP, FN and TN of two masks (H, W) bool of the same image."""
    if prediction.shape != truth.shape:
        msg = f"masks of one image have one shape, not {prediction.shape} and {truth.shape}"
        raise ValueError(msg)
    both = int(np.count_nonzero(prediction & truth))
    predicted, true = int(np.count_nonzero(prediction)), int(np.count_nonzero(truth))
    return PixelCounts(both, predicted - both, true - both, truth.size - predicted - true + both)


def dice(prediction: BoolMask, truth: BoolMask) -> float:
    """2 TP / (2 TP + FP + FN) of hard masks."""
    return _dice(pixel_counts(prediction, truth))


def iou(prediction: BoolMask, truth: BoolMask) -> float:
    """TP / (TP + FP + FN)."""
    return _iou(pixel_counts(prediction, truth))


def threshold_jaccard(prediction: BoolMask, truth: BoolMask) -> float:
    """IoU when it is at least 0.65, else 0: the ranking of ISIC 2018 Task 1."""
    return _thresholded(iou(prediction, truth))


def sensitivity(prediction: BoolMask, truth: BoolMask) -> float | None:
    """TP / (TP + FN): the share of the lesion that was found; None without lesion."""
    counts = pixel_counts(prediction, truth)
    return _rate(counts.true_positive, counts.false_negative)


def specificity(prediction: BoolMask, truth: BoolMask) -> float | None:
    """TN / (TN + FP): the share of the skin that was left out; None without skin."""
    counts = pixel_counts(prediction, truth)
    return _rate(counts.true_negative, counts.false_positive)


def precision(prediction: BoolMask, truth: BoolMask) -> float | None:
    """TP / (TP + FP): the share of the prediction that is lesion; None for an empty prediction."""
    counts = pixel_counts(prediction, truth)
    return _rate(counts.true_positive, counts.false_positive)


def segmentation_scores(prediction: BoolMask, truth: BoolMask) -> SegmentationScores:
    """All scores of one predicted mask against the truth (H, W) bool, each computed once."""
    counts = pixel_counts(prediction, truth)
    distances = surface_distances(prediction, truth)
    return SegmentationScores(
        dice=_dice(counts),
        iou=_iou(counts),
        threshold_jaccard=_thresholded(_iou(counts)),
        sensitivity=_rate(counts.true_positive, counts.false_negative),
        specificity=_rate(counts.true_negative, counts.false_positive),
        precision=_rate(counts.true_positive, counts.false_positive),
        pixel_accuracy=(counts.true_positive + counts.true_negative) / truth.size,
        hausdorff_px=distances.hausdorff_px,
        hd95_px=distances.hd95_px,
        assd_px=distances.assd_px,
        boundary_f1=distances.f1(F1_TOLERANCE_SHARE * distances.diagonal_px),
        boundary_iou=boundary_iou(prediction, truth),
    )


def _dice(counts: PixelCounts) -> float:
    wrong = counts.false_positive + counts.false_negative
    total = 2 * counts.true_positive + wrong
    return 1.0 if total == 0 else 2 * counts.true_positive / total


def _iou(counts: PixelCounts) -> float:
    total = counts.true_positive + counts.false_positive + counts.false_negative
    return 1.0 if total == 0 else counts.true_positive / total


def _thresholded(overlap: float) -> float:
    return overlap if overlap >= JACCARD_THRESHOLD else 0.0


def _rate(right: int, wrong: int) -> float | None:
    return None if right + wrong == 0 else right / (right + wrong)
