"""Temperature and thresholds, fitted on validation images only, and the probabilities that follow."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

_GOLDEN = (math.sqrt(5) - 1) / 2
_LARGEST_SHIFT = 30.0
_TURNS = 30
_LOG_RANGE = (math.log(0.05), math.log(20.0))


def fitted_temperature(logits: NDArray[np.floating], labels: NDArray[np.bool_]) -> float:
    """The T > 0 that minimises the log loss of logits / T; 1 if only one class is there.

    Convex in 1 / T, hence with one minimum in ln T, which a golden section search closes in on.
    """
    if labels.all() or not labels.any():
        return 1.0
    scores = logits.astype(np.float64).ravel()
    truth = labels.ravel().astype(np.float64)

    def loss(log_temperature: float) -> float:
        scaled = scores / math.exp(log_temperature)
        return float(np.mean(np.logaddexp(0.0, scaled) - truth * scaled))

    return math.exp(_minimum(loss, *_LOG_RANGE))


def fitted_shift(logits: NDArray[np.floating], labels: NDArray[np.bool_]) -> float:
    """The b that, with the best T beside it, minimises the log loss of (logits + b) / T; 0 for one class.

    A training that draws malignant images more often than they occur leaves a score that is too high; no
    temperature mends that. The loss is convex in 1 / T and b / T, so searching in turns comes to its end.
    """
    if labels.all() or not labels.any():
        return 0.0
    scores, truth = logits.astype(np.float64).ravel(), labels.ravel().astype(np.float64)
    shift = 0.0
    for _ in range(_TURNS):
        temperature = fitted_temperature(scores + shift, labels)

        def loss(tried: float, temperature: float = temperature) -> float:
            scaled = (scores + tried) / temperature
            return float(np.mean(np.logaddexp(0.0, scaled) - truth * scaled))

        shift = _minimum(loss, -_LARGEST_SHIFT, _LARGEST_SHIFT)
    return shift


def calibrated(logits: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    """The probabilities that ``logits`` stand for after temperature scaling, same shape.

    Of one form wherever thresholds are chosen and applied, because a threshold is the very probability of an
    image; and of this one, because 1 / (1 + exp(-x)) overflows at extreme logits.
    """
    return np.asarray(np.exp(-np.logaddexp(0.0, -logits.astype(np.float64) / temperature)))


def threshold_at_sensitivity(
    probabilities: NDArray[np.floating], labels: NDArray[np.bool_], sensitivity: float
) -> float:
    """The highest threshold at which at least this share of positives is found."""
    positives = np.sort(probabilities[labels].astype(np.float64))
    if len(positives) == 0:
        return 0.5
    allowed_misses = math.floor((1 - sensitivity) * len(positives) + 1e-9)
    return float(positives[min(allowed_misses, len(positives) - 1)])


def threshold_at_specificity(
    probabilities: NDArray[np.floating], labels: NDArray[np.bool_], specificity: float
) -> float:
    """The lowest threshold that leaves at least this share of negatives below it."""
    negatives = np.sort(probabilities[~labels].astype(np.float64))
    if len(negatives) == 0:
        return 0.5
    below = math.ceil(specificity * len(negatives) - 1e-9)
    if below >= len(negatives):
        return float(min(1.0, np.nextafter(negatives[-1], 2.0)))
    return float(min(1.0, np.nextafter(negatives[below - 1], 2.0))) if below else 0.0


def _minimum(function: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(60):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if function(left) < function(right):
            high = right
        else:
            low = left
    return (low + high) / 2
