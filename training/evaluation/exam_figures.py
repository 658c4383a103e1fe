"""From the answers of two models to the parts of an exam: paired differences, drawn by patient."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.contract.metrics import brier, ece, paired_bootstrap_difference, roc_auc
from models.contract.shelf.exam import ExamPart
from training.evaluation.exam_answers import OUTLINE_METRICS, ScoreAnswers

SEED: Final = 1
_FEWEST_PATIENTS_FOR_AN_INTERVAL: Final = 2


@dataclass(frozen=True)
class Figure:
    """One metric and what it is computed from: a truth and two answers per image, (N,) each."""

    metric: str
    statistic: Callable[..., float | None]
    """Takes truth and answers."""
    truth: NDArray[np.generic]
    active: NDArray[np.generic]
    candidate: NDArray[np.generic]
    rows: NDArray[np.bool_]
    """The images that the metric is about."""
    kind: str = ""
    """Of these images, for a sentence."""


def outline_figures(
    active: Mapping[str, NDArray[np.float64]], candidate: Mapping[str, NDArray[np.float64]]
) -> tuple[Figure, ...]:
    """The mean over images of each metric of ``outline_scores``."""
    return tuple(
        Figure(
            metric=name,
            statistic=_mean_answer,
            truth=np.zeros(len(active[name])),
            active=active[name],
            candidate=candidate[name],
            rows=np.ones(len(active[name]), dtype=np.bool_),
        )
        for name in OUTLINE_METRICS
    )


def score_figures(
    labels: NDArray[np.bool_], active: ScoreAnswers, candidate: ScoreAnswers
) -> tuple[Figure, ...]:
    """Ranking, rates at each model's own working threshold, and calibration; ``labels`` (N,) bool."""
    everything = np.ones(len(labels), dtype=np.bool_)
    probabilities = (active.probabilities, candidate.probabilities)
    found, left = (_called(active), _called(candidate)), (1 - _called(active), 1 - _called(candidate))
    return (
        Figure("auc", roc_auc, labels, active.logits, candidate.logits, everything),
        Figure("sensitivity", _mean_answer, labels, *found, labels, "malignant "),
        Figure("specificity", _mean_answer, labels, *left, ~labels, "benign "),
        Figure("ece", ece, labels, *probabilities, everything),
        Figure("brier", brier, labels, *probabilities, everything),
    )


def parts_of(
    figures: tuple[Figure, ...], groups: Mapping[str, NDArray[np.bool_]], patients: NDArray[np.str_]
) -> Iterator[ExamPart]:
    """Every figure in every group; ``groups`` and ``patients`` are (N,) each."""
    for group, chosen in groups.items():
        for figure in figures:
            yield part_of(figure, group, chosen, patients)


def part_of(figure: Figure, group: str, chosen: NDArray[np.bool_], patients: NDArray[np.str_]) -> ExamPart:
    """One figure of one group, with the 95 % interval of its difference; patients are drawn, not images."""
    rows = chosen & figure.rows
    truth, active, candidate = (each[rows] for each in (figure.truth, figure.active, figure.candidate))
    before, after = _value(figure, truth, active), _value(figure, truth, candidate)
    low, high = None, None
    if before is not None and after is not None:
        low, high = _interval(figure, (truth, active, candidate), patients[rows])
    return ExamPart(
        group=group,
        metric=figure.metric,
        n=int(rows.sum()),
        active=before,
        candidate=after,
        difference=None if before is None or after is None else after - before,
        low=low,
        high=high,
        why_undefined=_why_undefined(figure, before, after, active, candidate),
    )


def _value(figure: Figure, truth: NDArray[np.generic], answers: NDArray[np.generic]) -> float | None:
    if len(answers) == 0 or not np.isfinite(answers.astype(np.float64)).all():
        return None
    value = figure.statistic(truth, answers)
    return None if value is None else float(value)


def _interval(
    figure: Figure, columns: tuple[NDArray[np.generic], ...], patients: NDArray[np.str_]
) -> tuple[float | None, float | None]:
    if len(np.unique(patients)) < _FEWEST_PATIENTS_FOR_AN_INTERVAL:
        return None, None
    truth, active, candidate = columns
    found = paired_bootstrap_difference(
        figure.statistic, truth, active, candidate, seed=SEED, groups=patients
    )
    return (None, None) if found is None else (found.low, found.high)


def _why_undefined(
    figure: Figure,
    before: float | None,
    after: float | None,
    active: NDArray[np.generic],
    candidate: NDArray[np.generic],
) -> str | None:
    if before is not None and after is not None:
        return None
    if len(active) == 0:
        return f"There is no {figure.kind}image."
    for name, answers in (("active model", active), ("candidate", candidate)):
        if not np.isfinite(answers.astype(np.float64)).all():
            return f"The {name} gave answers that are not finite numbers."
    return "All images are of one class, so there is nothing to rank."


def _mean_answer(_truth: NDArray[np.generic], answers: NDArray[np.float64]) -> float:
    return float(answers.mean())


def _called(answers: ScoreAnswers) -> NDArray[np.float64]:
    """1 for called, 0 for not, NaN where there is no answer: (N,)."""
    return np.where(np.isnan(answers.logits), np.nan, answers.is_called.astype(np.float64))
