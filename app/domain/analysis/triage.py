"""From score and findings to a place in the queue, with the reasons said.

Bands are neutral: they say when to look, never what the lesion is.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from app.domain.figures import percent
from app.translation import N_
from models.contract.shelf.triage_bands import BandName, band_of


class Band(IntEnum):
    """When a clinician should look; smaller is sooner. 3 stood for "Check image" in older stores."""

    URGENT = 0
    SOON = 1
    ROUTINE = 2

    @property
    def label(self) -> str:
        """Return the band's name on the screen."""
        return self.name.capitalize()

    @property
    def key(self) -> BandName:
        """Return the band's name on model cards."""
        return _KEYS[self]


_KEYS: Final[dict[Band, BandName]] = {Band.URGENT: "urgent", Band.SOON: "soon", Band.ROUTINE: "routine"}

CHECK_IMAGE: Final = N_("Check image")
"""Stands beside the band of an image with warnings; it never replaces the band."""


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
    """Why the band, then what is wrong with the image; before both, that the band is held, if it is."""
    would_be: Band | None = None
    """The later band that the newest score gives, which nobody has accepted; None when there is none."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return why the image has to be checked before its score is trusted; usually empty."""
        return self.reasons[1:] if self.would_be is None else self.reasons[2:]


def priority_of(
    probability: float,
    probability_high: float,
    thresholds: TriageThresholds,
    quality_warnings: tuple[str, ...],
    *,
    what: str = "Score",
    highest_in: str = "in some views of the image",
) -> Priority:
    """Return the band of a score, with what is wrong with the image beside it.

    ``what`` and ``highest_in`` are the words for the score and for where it is ``probability_high``.
    """
    name = band_of(probability, probability_high, urgent=thresholds.urgent, soon=thresholds.soon)
    band = next(band for band, key in _KEYS.items() if key == name)
    score, soon, urgent = (percent(each) for each in (probability, thresholds.soon, thresholds.urgent))
    if band is Band.URGENT:
        reason = f"{what} {score} is at or above the urgent threshold ({urgent})."
    elif band is Band.ROUTINE:
        reason = f"{what} {score} is below the threshold for an early look ({soon})."
    elif probability >= thresholds.soon:
        reason = f"{what} {score} is at or above the threshold for an early look ({soon})."
    else:
        reason = f"{what} {score}, but it reaches {percent(probability_high)} {highest_in}."
    return Priority(band, (reason, *quality_warnings))


def queue_rank(priority: Priority | None, *, is_decided: bool) -> int:
    """Return the place of a case's group in the work list, 0 first.

    Unscored cases and Routine ones whose image has to be checked come before the other Routine ones, because
    nobody knows yet how urgent they are; what a clinician has decided is not waiting any more and comes last.
    """
    if is_decided:
        return 5
    if priority is None:
        return 3
    if priority.band is Band.ROUTINE:
        return 3 if priority.warnings else 4
    return {Band.URGENT: 0, Band.SOON: 2}[priority.band]
