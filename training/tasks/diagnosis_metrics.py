"""How well a score model tells diagnoses apart: each against the rest, together, and what stays possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.contract.lesion.diagnoses import divided_score
from models.contract.metrics import balanced_accuracy, macro_auc, roc_auc
from models.contract.shelf.card import Conformal, Diagnosis, Metric
from training.contract.data_set import Sample
from training.metrics.calibrate import calibrated
from training.metrics.card_figures import Statistic, mean, metric_of
from training.metrics.conformal import conformal_of
from training.tasks.diagnosis_loss import places_of

DIAGNOSIS_FIGURES: Final = (
    "diagnosis_auc",
    "diagnosis_sensitivity",
    "diagnosis_sensitivity_by_logit",
    "diagnosis_coverage",
)
"""Figures of all diagnoses together whose subgroups are the diagnoses."""


@dataclass(frozen=True)
class DiagnosisAnswers:
    """What a network said of N images whose diagnosis is one of its K."""

    diagnoses: tuple[Diagnosis, ...]
    probabilities: NDArray[np.float64]
    """(N, K), by `divided_score`."""
    places: NDArray[np.intp]
    """(N,) the true diagnosis of each."""
    groups: NDArray[np.str_]
    """(N,) the lesion of each."""
    largest_logits: NDArray[np.intp]
    """(N,) the diagnosis that the network itself, before calibration, puts first."""

    @staticmethod
    def of(
        samples: Sequence[Sample],
        diagnoses: tuple[Diagnosis, ...],
        logits: NDArray[np.float32],
        temperature: float,
    ) -> "DiagnosisAnswers":
        """What (N, 1 + K) ``logits`` say of those samples whose diagnosis is known.

        Raises:
            DataSetError: see `places_of`.
        """
        places = places_of(samples, diagnoses)
        is_malignant = [each.is_malignant for each in diagnoses]
        shares = divided_score(logits[:, 1:], calibrated(logits[:, 0], temperature), is_malignant)
        groups = np.array([sample.duplicate_group for sample in samples])
        answers = DiagnosisAnswers(diagnoses, shares, places, groups, logits[:, 1:].argmax(axis=1))
        return answers.part(places >= 0)

    def part(self, chosen: NDArray[np.bool_]) -> "DiagnosisAnswers":
        """The same of the ``chosen`` images, (N,) bool."""
        return DiagnosisAnswers(
            self.diagnoses,
            self.probabilities[chosen],
            self.places[chosen],
            self.groups[chosen],
            self.largest_logits[chosen],
        )

    @property
    def macro_auc(self) -> float | None:
        """The mean area of each diagnosis that occurs against the rest; None if that is one alone."""
        return _macro_auc(self.places, self.probabilities)

    @property
    def nonconformity(self) -> NDArray[np.float64]:
        """(N,) 1 - p(the true diagnosis)."""
        return 1.0 - self.probabilities[np.arange(len(self.places)), self.places]


def diagnosis_figures(answers: DiagnosisAnswers, conformal: Conformal | None = None) -> dict[str, Metric]:
    """The figures of DIAGNOSIS_FIGURES, and how many diagnoses stay possible; none without an image.

    ``diagnosis_auc`` is the mean area of each diagnosis against the rest over those that occur,
    ``diagnosis_sensitivity`` the mean share of images whose diagnosis has the largest share (balanced
    accuracy). Calibrated shares favour frequent diagnoses; ``diagnosis_sensitivity_by_logit`` is the same by
    the largest logit, as published figures are.
    Without ``conformal`` the images are those it would be fitted on, so that either half of the lesions is
    judged by what the other half gives.
    """
    if len(answers.places) == 0:
        return {}
    called = answers.probabilities.argmax(axis=1)
    quantiles = _quantiles(answers, conformal)
    excluded = 1.0 - answers.probabilities > quantiles + 1e-12
    covered = 1.0 - excluded[np.arange(len(answers.places)), answers.places]
    figures = {
        "diagnosis_auc": _figure(
            answers, _macro_auc, [answers.places, answers.probabilities], _areas(answers)
        ),
        "diagnosis_sensitivity": _sensitivity(answers, called),
        "diagnosis_sensitivity_by_logit": _sensitivity(answers, answers.largest_logits),
        "diagnosis_coverage": _figure(answers, mean, [covered], _shares(answers, covered)),
        "diagnoses_possible": _figure(answers, mean, [(~excluded).sum(axis=1).astype(np.float64)], {}),
    }
    return {name: figure for name, figure in figures.items() if figure is not None}


def diagnosis_conformal(answers: DiagnosisAnswers) -> Conformal:
    """The quantile of each diagnosis; 1, which excludes nothing, where there are too few images."""
    scores = answers.nonconformity
    return conformal_of(
        {each.name: scores[answers.places == place] for place, each in enumerate(answers.diagnoses)}
    )


def _quantiles(answers: DiagnosisAnswers, conformal: Conformal | None) -> NDArray[np.float64]:
    """The quantiles (N, K) that each image is judged by."""
    if conformal is not None:
        return np.tile(_row(answers, conformal), (len(answers.places), 1))
    _, lesion = np.unique(answers.groups, return_inverse=True)
    quantiles = np.empty(answers.probabilities.shape)
    for half in (0, 1):
        others = lesion % 2 != half
        quantiles[~others] = _row(answers, diagnosis_conformal(answers.part(others)))
    return quantiles


def _row(answers: DiagnosisAnswers, conformal: Conformal) -> NDArray[np.float64]:
    return np.array([conformal.quantile_by_label[each.name] for each in answers.diagnoses])


def _figure(
    answers: DiagnosisAnswers,
    statistic: Statistic,
    columns: Sequence[NDArray[np.generic]],
    parts: dict[str, Metric],
) -> Metric | None:
    whole = metric_of(statistic, columns, answers.groups)
    return None if whole is None else whole.model_copy(update={"subgroups": parts})


def _sensitivity(answers: DiagnosisAnswers, called: NDArray[np.intp]) -> Metric | None:
    return _figure(
        answers, balanced_accuracy, [answers.places, called], _shares(answers, called == answers.places)
    )


def _macro_auc(places: NDArray[np.intp], probabilities: NDArray[np.float64]) -> float | None:
    occurring, among = np.unique(places, return_inverse=True)
    return macro_auc(among, probabilities[:, occurring])


def _areas(answers: DiagnosisAnswers) -> dict[str, Metric]:
    """Each diagnosis against the rest; ``n`` counts its own images."""
    found: dict[str, Metric] = {}
    for place, each in enumerate(answers.diagnoses):
        is_it = answers.places == place
        area = metric_of(roc_auc, [is_it, answers.probabilities[:, place]], answers.groups)
        if area is not None:
            found[_name(each)] = area.model_copy(update={"n": int(is_it.sum())})
    return found


def _shares(answers: DiagnosisAnswers, values: NDArray[np.generic]) -> dict[str, Metric]:
    """The mean of ``values`` over the images of each diagnosis."""
    found: dict[str, Metric] = {}
    for place, each in enumerate(answers.diagnoses):
        is_it = answers.places == place
        share = metric_of(mean, [values[is_it].astype(np.float64)], answers.groups[is_it])
        if share is not None:
            found[_name(each)] = share
    return found


def _name(diagnosis: Diagnosis) -> str:
    return f"diagnosis: {diagnosis.name}"
