"""What the bands have been worth here: counted among the cases that a clinician has decided."""

from dataclasses import dataclass
from typing import Final

from app.domain.analysis.triage import Band
from app.usecases.services import Services

FEWEST_DECIDED: Final = 50
"""Decided cases below which shares of them say nothing."""


@dataclass(frozen=True, slots=True)
class LocalBands:
    """Decided cases of one model, by the band of each and whether it was malignant."""

    malignant_by_band: dict[Band, int]
    benign_by_band: dict[Band, int]
    by_outcome: int = 0
    """How many of them are counted by what became of the lesion, the others by the decision."""

    @property
    def decided(self) -> int:
        """Return how many cases are counted."""
        return sum(self.malignant_by_band.values()) + sum(self.benign_by_band.values())

    @property
    def is_enough(self) -> bool:
        """Say whether there are enough cases to tell anything."""
        return self.decided >= FEWEST_DECIDED

    def of(self, band: Band) -> tuple[int, int]:
        """Return how many cases of a band were malignant, and how many there are."""
        malignant = self.malignant_by_band.get(band, 0)
        return malignant, malignant + self.benign_by_band.get(band, 0)


def local_bands(services: Services, score_sha256: str) -> LocalBands:
    """Return the counts for the score model with these weights.

    A decided case whose outcome is known counts by the outcome, any other one by the decision.
    Cases that are indeterminate, or with a diagnosis that the vocabulary does not know, are left out.
    """
    with services.store.reading() as work:
        decided = work.cases.decided_bands(score_sha256)
    counts: dict[str, dict[Band, int]] = {"malignant": {}, "benign": {}}
    by_outcome = 0
    for diagnosis, band, is_outcome in decided:
        nature = services.vocabulary.benign_malignant(diagnosis)
        if nature in counts:
            counts[nature][band] = counts[nature].get(band, 0) + 1
            by_outcome += is_outcome
    return LocalBands(counts["malignant"], counts["benign"], by_outcome)
