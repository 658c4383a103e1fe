"""The aims of a card's triage bands, and what the bands were worth where it was measured.

A band's predictive value depends on how common malignancy is where it is used, so a card holds counts
only, and the value follows for the prevalence that a clinic states (Bayes).
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from models.contract.shelf.triage_bands import BandName

Share = Annotated[FiniteFloat, Field(ge=0.0, le=1.0)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TriageAims(_Frozen):
    """What the thresholds of a card were chosen to reach, and on which images."""

    sensitivity: Share
    """Least share of malignant images that are not Routine."""
    specificity: Share
    """Least share of benign images that are not Urgent."""
    chosen_on: str


class BandCounts(_Frozen):
    """How many images of one outcome were given each band."""

    urgent: int = Field(ge=0)
    soon: int = Field(ge=0)
    routine: int = Field(ge=0)

    @property
    def total(self) -> int:
        """All of them."""
        return self.urgent + self.soon + self.routine

    def of(self, band: BandName) -> int:
        """Those of one band."""
        return {"urgent": self.urgent, "soon": self.soon, "routine": self.routine}[band]

    def share(self, band: BandName) -> float | None:
        """The share of one band in [0, 1]; None without images."""
        return self.of(band) / self.total if self.total else None


class BandFigures(_Frozen):
    """What the bands were worth on some images; bounds are of 95 % bootstrap intervals, drawn by lesion.

    Where all images are alike, they are the exact ones of as many lesions.
    """

    malignant: BandCounts
    benign: BandCounts
    sensitivity_low: Share | None = None
    sensitivity_high: Share | None = None
    specificity_low: Share | None = None
    specificity_high: Share | None = None

    @property
    def images(self) -> int:
        """All images judged."""
        return self.malignant.total + self.benign.total

    @property
    def sensitivity(self) -> float | None:
        """Share of malignant images that are not Routine; None without any."""
        missed = self.malignant.share("routine")
        return None if missed is None else 1.0 - missed

    @property
    def specificity(self) -> float | None:
        """Share of benign images that are not Urgent; None without any."""
        called = self.benign.share("urgent")
        return None if called is None else 1.0 - called

    @property
    def benign_routine(self) -> float | None:
        """Share of benign images that are Routine; None without any."""
        return self.benign.share("routine")

    def share(self, band: BandName) -> float | None:
        """Share of all images that were given a band; None without images."""
        count = self.malignant.of(band) + self.benign.of(band)
        return count / self.images if self.images else None

    def malignant_share(self, band: BandName, *, prevalence: float) -> float | None:
        """How many of the cases of a band are malignant at a prevalence, in [0, 1]: its predictive value.

        One less it is that of a benign outcome. None where the images hold only one outcome, or none of
        the band.
        """
        malignant, benign = self.malignant.share(band), self.benign.share(band)
        if malignant is None or benign is None:
            return None
        found, called = prevalence * malignant, prevalence * malignant + (1.0 - prevalence) * benign
        return found / called if called > 0 else None


class TriageFigures(_Frozen):
    """The bands of a model on the images of one split."""

    whole: BandFigures
    """All images but those of biopsy collections, whose mix of cases is no clinic's."""
    parts: Mapping[str, BandFigures] = Field(default_factory=dict)
    """By "data set: HAM10000", "age: 40 to 59", "sex: female", "site: ...", "skin tone: ...", ..."""
    biopsy_collections: tuple[str, ...] = ()
    """Data sets that are among the parts but not in the whole."""
    outlined_by: str = ""
    """``reference`` of the model that drew the masks; empty: experts."""
