"""Where the triage bands begin: chosen on validation images for stated aims, on the band as it is shown."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.contract.shelf.card import ModelCard
from models.contract.shelf.triage_bands import band_of
from models.contract.shelf.triage_figures import TriageAims
from training.contract.data_set import Sample
from training.metrics.calibrate import calibrated, threshold_at_sensitivity, threshold_at_specificity

LEAST_SENSITIVITY = 0.95
LEAST_SPECIFICITY = 0.95
_FEWEST_TO_DECIDE = 20
"""Images of one outcome in a data set; with fewer its own rate says too little, so only the pool counts."""
_UNNAMED = "not named"
_ENGINE_DIFFERENCE = 1e-3
"""Of a logit: engines differ in the last bits, and a threshold is the very score of an image."""


@dataclass(frozen=True)
class ScoredImages:
    """Images of known outcome with their scores; all arrays (N,)."""

    samples: tuple[Sample, ...]
    probabilities: NDArray[np.float64]
    highest: NDArray[np.float64]
    """The highest probability among the eight views of each image."""

    @staticmethod
    def of(
        samples: tuple[Sample, ...], view_logits: NDArray[np.float32], temperature: float
    ) -> "ScoredImages":
        """From the malignancy logits of the eight views, (N, 8)."""
        return ScoredImages(
            samples,
            calibrated(view_logits.mean(axis=-1), temperature),
            calibrated(view_logits.max(axis=-1), temperature),
        )

    @property
    def labels(self) -> NDArray[np.bool_]:
        """Whether each is malignant."""
        return np.array([bool(sample.malignant) for sample in self.samples])

    @property
    def groups(self) -> NDArray[np.str_]:
        """The lesion of each."""
        return np.array([sample.duplicate_group for sample in self.samples])

    @property
    def sources(self) -> NDArray[np.str_]:
        """The data set of each."""
        return np.array([sample.source or _UNNAMED for sample in self.samples])

    def chosen(self, rows: NDArray[np.bool_]) -> "ScoredImages":
        """Some of them."""
        samples = tuple(sample for sample, is_in in zip(self.samples, rows, strict=True) if is_in)
        return ScoredImages(samples, self.probabilities[rows], self.highest[rows])

    def bands(self, thresholds: dict[str, float]) -> NDArray[np.str_]:
        """The band of each, by the rule of the application."""
        urgent, soon = thresholds["urgent"], thresholds["soon"]
        return np.array(
            [
                band_of(float(one), float(highest), urgent=urgent, soon=soon)
                for one, highest in zip(self.probabilities, self.highest, strict=True)
            ]
        )


def from_clinics(samples: tuple[Sample, ...]) -> NDArray[np.bool_]:
    """Whether each image of known outcome is of a data set that is no biopsy collection (N,)."""
    unscored = np.zeros(len(samples))
    scored = ScoredImages(samples, unscored, unscored)
    return np.asarray(~np.isin(scored.sources, biopsy_collections(scored)), dtype=np.bool_)


def biopsy_collections(scored: ScoredImages) -> tuple[str, ...]:
    """The data sets whose images are malignant for the most part.

    Nobody photographs mostly cancers: such a set holds what was excised, so its benign images are those that
    looked malignant, and rates among them are no clinic's. None are told apart when all are like that.
    """
    sources, labels = scored.sources, scored.labels
    found = tuple(str(name) for name in np.unique(sources) if labels[sources == name].mean() > 0.5)
    return () if len(found) == len(np.unique(sources)) else found


def clinic_like(scored: ScoredImages) -> ScoredImages:
    """The images of all data sets that are no biopsy collections."""
    return scored.chosen(from_clinics(scored.samples))


def chosen_thresholds(scored: ScoredImages) -> dict[str, float]:
    """The thresholds "urgent" and "soon" that reach both aims with the most Routine and Urgent cases.

    They hold on all data sets together and on each that has enough images to tell. In the pool alone a large
    data set of easy images would pay for the misses in a small one of hard images, and a clinic's images may
    be like either; so the strictest data set decides. Biopsy collections have no say.
    """
    counted = clinic_like(scored)
    urgent = _shifted(_strictest(counted, _urgent_from, is_benign=True), _ENGINE_DIFFERENCE)

    def soon_from(part: ScoredImages) -> float:
        # An image that would be urgent in one view is never Routine, whatever its score is.
        is_safe = part.highest >= urgent
        scores = np.where(is_safe, 1.0, part.probabilities)
        return threshold_at_sensitivity(scores, part.labels, LEAST_SENSITIVITY)

    soon = _shifted(_strictest(counted, soon_from, is_benign=False), -_ENGINE_DIFFERENCE)
    # Below the urgent threshold the aim for Routine is only passed by more.
    return {"soon": min(soon, urgent), "urgent": urgent}


def aims_on(scored: ScoredImages) -> TriageAims:
    """The aims, and on what the thresholds were chosen."""
    counted, apart = clinic_like(scored), biopsy_collections(scored)
    names = ", ".join(str(name) for name in np.unique(counted.sources))
    malignant = int(counted.labels.sum())
    said = f"{len(counted.samples):,} validation images ({malignant:,} malignant) of: {names}"
    if apart:
        said = f"{said}; not of {', '.join(apart)}, which {_are_biopsies(len(apart))}"
    return TriageAims(sensitivity=LEAST_SENSITIVITY, specificity=LEAST_SPECIFICITY, chosen_on=f"{said}.")


def thresholds_of(card: ModelCard) -> dict[str, float] | None:
    """The thresholds of a card that gives bands, else None."""
    return dict(card.triage_thresholds) if {"urgent", "soon"} <= card.triage_thresholds.keys() else None


def _are_biopsies(count: int) -> str:
    return "is a biopsy collection" if count == 1 else "are biopsy collections"


def _urgent_from(part: ScoredImages) -> float:
    return threshold_at_specificity(part.probabilities, part.labels, LEAST_SPECIFICITY)


def _strictest(scored: ScoredImages, threshold: Callable[[ScoredImages], float], *, is_benign: bool) -> float:
    """Of the pool's threshold and those of each data set with enough images of the outcome it rests on."""
    sources, counts = scored.sources, scored.labels != is_benign
    found = [threshold(scored)]
    for name in np.unique(sources):
        if np.count_nonzero(counts[sources == name]) >= _FEWEST_TO_DECIDE:
            found.append(threshold(scored.chosen(sources == name)))
    return max(found) if is_benign else min(found)


def _shifted(threshold: float, logit_difference: float) -> float:
    """A threshold moved by a little on the scale of logits; 0 and 1 stay."""
    if threshold in (0.0, 1.0):
        return threshold
    logit = float(np.log(threshold) - np.log1p(-threshold)) + logit_difference
    return float(calibrated(np.array(logit), 1.0))
