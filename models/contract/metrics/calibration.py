"""Whether probabilities mean what they say."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class CalibrationBin:
    """Lesions with probabilities in [low, high), the last bin closed at 1."""

    low: float
    high: float
    count: int
    mean_probability: float
    observed_share: float


def calibration_bins(
    labels: ArrayLike, probabilities: ArrayLike, *, bins: int = 15
) -> tuple[CalibrationBin, ...]:
    """The non-empty ones of ``bins`` equally wide bins, for a reliability diagram."""
    truth, predicted = _checked(labels, probabilities)
    # The clip closes the last bin, so that a probability of exactly 1 is counted.
    chosen = np.minimum((predicted * bins).astype(np.intp), bins - 1)
    return tuple(
        CalibrationBin(
            low=index / bins,
            high=(index + 1) / bins,
            count=int(np.count_nonzero(chosen == index)),
            mean_probability=float(predicted[chosen == index].mean()),
            observed_share=float(truth[chosen == index].mean()),
        )
        for index in np.unique(chosen).tolist()
    )


def ece(labels: ArrayLike, probabilities: ArrayLike, *, bins: int = 15) -> float | None:
    """Expected calibration error: mean |probability - observed share|, weighted by bin; None for 0."""
    filled = calibration_bins(labels, probabilities, bins=bins)
    total = sum(each.count for each in filled)
    if total == 0:
        return None
    return sum(each.count / total * abs(each.mean_probability - each.observed_share) for each in filled)


def brier(labels: ArrayLike, probabilities: ArrayLike) -> float | None:
    """Mean squared difference of probability and outcome; None for no lesions."""
    truth, predicted = _checked(labels, probabilities)
    return None if truth.size == 0 else float(np.mean((predicted - truth) ** 2))


def _checked(labels: ArrayLike, probabilities: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    truth = np.asarray(labels).astype(np.bool_).astype(np.float64)
    predicted = np.asarray(probabilities, dtype=np.float64)
    if truth.ndim != 1 or truth.shape != predicted.shape:
        msg = f"one probability per label, not {predicted.shape} for {truth.shape}"
        raise ValueError(msg)
    if not ((predicted >= 0) & (predicted <= 1)).all():
        msg = "probabilities lie in [0, 1]"
        raise ValueError(msg)
    return truth, predicted
