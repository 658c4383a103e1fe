"""From score and findings to a place in the queue, with the reasons said.

Bands are neutral: they say when to look, never what the lesion is.
"""

from dataclasses import dataclass
from enum import IntEnum

from app.domain.figures import percent


class Band(IntEnum):
    """When a clinician should look; smaller is sooner."""

    URGENT = 0
    SOON = 1
    ROUTINE = 2
    UNSUITABLE = 3
    """The image is not suitable for the score; a person must look at it first."""

    @property
    def label(self) -> str:
        """Return the band's name on the screen."""
        return {0: "Urgent", 1: "Soon", 2: "Routine", 3: "Check image"}[self.value]


@dataclass(frozen=True, slots=True)
class TriageThresholds:
    """Calibrated probabilities at which the bands begin; from the model's card."""

    urgent: float
    soon: float


@dataclass(frozen=True, slots=True)
class Priority:
    """A band and why, in sentences for the clinician."""

    band: Band
    reasons: tuple[str, ...]
    would_be: Band | None = None
    """The later band that the newest score gives, which nobody has accepted; None when there is none."""


def priority_of(
    probability: float,
    probability_high: float,
    thresholds: TriageThresholds,
    quality_warnings: tuple[str, ...],
) -> Priority:
    """Return the band of a score; an unsuitable image is never ranked below its score's band."""
    band, reason = _band_of(probability, probability_high, thresholds)
    if quality_warnings and band is not Band.URGENT:
        return Priority(Band.UNSUITABLE, (*quality_warnings, reason))
    return Priority(band, (reason, *quality_warnings))


def queue_rank(priority: Priority | None, *, is_decided: bool) -> int:
    """Return the place of a case's group in the work list, 0 first.

    Unscored cases and images to be checked come before routine ones, because nobody knows yet how urgent
    they are; what a clinician has decided is not waiting any more and comes last.
    """
    if is_decided:
        return 5
    if priority is None:
        return 3
    return {Band.URGENT: 0, Band.UNSUITABLE: 1, Band.SOON: 2, Band.ROUTINE: 4}[priority.band]


def _band_of(probability: float, probability_high: float, thresholds: TriageThresholds) -> tuple[Band, str]:
    score, soon, urgent = (percent(each) for each in (probability, thresholds.soon, thresholds.urgent))
    if probability >= thresholds.urgent:
        return (
            Band.URGENT,
            f"Score {score} is at or above the urgent threshold ({urgent}).",
        )
    if probability >= thresholds.soon:
        return (
            Band.SOON,
            f"Score {score} is at or above the threshold for an early look ({soon}).",
        )
    if probability_high >= thresholds.urgent:
        return (
            Band.SOON,
            f"Score {score}, but it reaches {percent(probability_high)} in some views of the image.",
        )
    return (
        Band.ROUTINE,
        f"Score {score} is below the threshold for an early look ({soon}).",
    )
