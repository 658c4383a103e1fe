"""Scores of more than two classes: labels are class indices (N,), probabilities (N, classes)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.contract.metrics.ranking import roc_auc


def accuracy(labels: ArrayLike, predicted: ArrayLike) -> float | None:
    """Share of lesions whose predicted class index is the true one; None for no lesions."""
    truth = np.asarray(labels)
    return None if truth.size == 0 else float(np.mean(truth == np.asarray(predicted)))


def balanced_accuracy(labels: ArrayLike, predicted: ArrayLike) -> float | None:
    """Mean of the recalls of the classes that occur in ``labels``; None for no lesions."""
    truth, guess = np.asarray(labels), np.asarray(predicted)
    recalls = [float(np.mean(guess[truth == each] == each)) for each in np.unique(truth)]
    return float(np.mean(recalls)) if recalls else None


def macro_f1(labels: ArrayLike, predicted: ArrayLike) -> float | None:
    """Mean F1 of the classes that occur in labels or predictions; None for no lesions."""
    truth, guess = np.asarray(labels), np.asarray(predicted)
    scores = [_f1(truth == each, guess == each) for each in np.union1d(truth, guess)]
    return float(np.mean(scores)) if scores else None


def macro_auc(labels: ArrayLike, probabilities: ArrayLike) -> float | None:
    """Mean one-versus-rest area over the classes; None when a class has no case or all of them."""
    truth, values = np.asarray(labels), np.asarray(probabilities, dtype=np.float64)
    areas = [roc_auc(truth == each, values[:, each]) for each in range(values.shape[1])]
    defined = [area for area in areas if area is not None]
    return float(np.mean(defined)) if defined and len(defined) == len(areas) else None


def _f1(truth: NDArray[np.bool_], guess: NDArray[np.bool_]) -> float:
    both = int(np.count_nonzero(truth & guess))
    return 2 * both / int(np.count_nonzero(truth) + np.count_nonzero(guess))
