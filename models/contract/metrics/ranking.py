"""How well scores put malignant lesions above benign ones; blind to calibration.

Labels are (N,) with 1 for malignant, scores (N,) with larger meaning more suspicious. Areas and
rates that need both classes are None when one is missing.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

PAUC_LOWEST_TPR = 0.80
"""The partial area of ISIC 2024 counts true-positive rates above this: range [0, 0.2]."""


def roc_curve(
    labels: ArrayLike, scores: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """False-positive rate, true-positive rate and threshold at each distinct score, descending.

    The first point is (0, 0) with an infinite threshold; lesions with ``score >= threshold`` count
    as positive. Both classes must be present.
    """
    truth, values = _checked(labels, scores)
    order = np.argsort(-values, kind="stable")
    sorted_truth, sorted_values = truth[order], values[order]
    last_of_tie = np.flatnonzero(np.append(np.diff(sorted_values) != 0, True))
    true_positive = np.cumsum(sorted_truth)[last_of_tie]
    false_positive = last_of_tie + 1 - true_positive
    fpr = np.concatenate([[0.0], false_positive / np.count_nonzero(~truth)])
    tpr = np.concatenate([[0.0], true_positive / np.count_nonzero(truth)])
    return fpr, tpr, np.concatenate([[np.inf], sorted_values[last_of_tie]])


def roc_auc(labels: ArrayLike, scores: ArrayLike) -> float | None:
    """Share of (malignant, benign) pairs in the right order; ties count one half."""
    if not _has_both_classes(labels):
        return None
    fpr, tpr, _ = roc_curve(labels, scores)
    return float(np.trapezoid(tpr, fpr))


def average_precision(labels: ArrayLike, scores: ArrayLike) -> float | None:
    """Sum of precision times the step in recall over the distinct scores; None without positives."""
    truth, values = _checked(labels, scores)
    if not truth.any():
        return None
    order = np.argsort(-values, kind="stable")
    last_of_tie = np.flatnonzero(np.append(np.diff(values[order]) != 0, True))
    found = np.cumsum(truth[order])[last_of_tie]
    precision = found / (last_of_tie + 1)
    recall_step = np.diff(found, prepend=0) / np.count_nonzero(truth)
    return float((precision * recall_step).sum())


def pauc_above_tpr80(labels: ArrayLike, scores: ArrayLike) -> float | None:
    """Area of the ROC above a true-positive rate of 0.80, unscaled: in [0, 0.2], random is 0.02.

    The definition of ISIC 2024: the classes are swapped and the scores negated, so that the area
    lies over false-positive rates from 0 to 0.2, with one interpolated point at its end.
    """
    if not _has_both_classes(labels):
        return None
    truth, values = _checked(labels, scores)
    fpr, tpr, _ = roc_curve(~truth, -values)
    width = 1.0 - PAUC_LOWEST_TPR
    inside = fpr <= width
    # On a vertical step np.interp takes its top, which is where the strip's right edge ends.
    edge = float(np.interp(width, fpr, tpr))
    return float(np.trapezoid(np.append(tpr[inside], edge), np.append(fpr[inside], width)))


def pauc_above_tpr80_by_rank(labels: ArrayLike, scores: ArrayLike) -> float | None:
    """The same area from ranks; equal to ``pauc_above_tpr80`` when no scores are tied.

    It is the mean, over all malignant lesions, of the share of benign ones scored below, counting
    only the fifth of the malignant lesions with the lowest scores.
    """
    if not _has_both_classes(labels):
        return None
    truth, values = _checked(labels, scores)
    positives, negatives = np.sort(values[truth]), np.sort(values[~truth])
    below = np.searchsorted(negatives, positives, side="left") / len(negatives)
    counted = (1.0 - PAUC_LOWEST_TPR) * len(positives)
    weight = np.clip(counted - np.arange(len(positives)), 0.0, 1.0)
    return float((weight * below).sum() / len(positives))


def pauc_from_scaled(scaled: float) -> float:
    """The unscaled partial area from a McClish-scaled one (0.5 random, 1 perfect)."""
    width = 1.0 - PAUC_LOWEST_TPR
    least = 0.5 * width**2
    return least + (width - least) / 0.5 * (scaled - 0.5)


def sensitivity_at_specificity(
    labels: ArrayLike, scores: ArrayLike, specificity: float = 0.95
) -> float | None:
    """The largest sensitivity of any threshold whose specificity is at least this."""
    if not _has_both_classes(labels):
        return None
    fpr, tpr, _ = roc_curve(labels, scores)
    # Rates are quotients of counts: a rounding error must not lose a threshold.
    return float(tpr[fpr <= 1.0 - specificity + 1e-12].max())


def retrieval_sensitivity(
    labels: ArrayLike, scores: ArrayLike, patients: ArrayLike, *, highest: int = 15
) -> float | None:
    """Share of malignant lesions among each patient's ``highest`` scores; None without any."""
    truth, values = _checked(labels, scores)
    if not truth.any():
        return None
    owner = np.asarray(patients)
    found = 0
    for patient in np.unique(owner[truth]):
        own = np.flatnonzero(owner == patient)
        top = own[np.argsort(-values[own], kind="stable")[:highest]]
        found += int(np.count_nonzero(truth[top]))
    return found / int(np.count_nonzero(truth))


def _has_both_classes(labels: ArrayLike) -> bool:
    truth = np.asarray(labels).astype(np.bool_)
    return bool(truth.any() and not truth.all())


def _checked(labels: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    truth = np.asarray(labels).astype(np.bool_)
    values = np.asarray(scores, dtype=np.float64)
    if truth.ndim != 1 or truth.shape != values.shape:
        msg = f"one score per label, not {values.shape} for {truth.shape}"
        raise ValueError(msg)
    if not np.isfinite(values).all():
        msg = "scores are finite numbers"
        raise ValueError(msg)
    return truth, values
