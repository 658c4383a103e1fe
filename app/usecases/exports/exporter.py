"""What writes cases in one format, and what it is given of a case."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from app.domain.analysis.model_summary import ModelSummary
from app.domain.audit import AuditEvent
from app.domain.case import Case
from app.domain.other_lesions import OtherLesion
from app.usecases.exports.export_manner import ExportManner
from app.usecases.followup.visit_comparison import VisitComparison
from models.contract.arrays import AttentionMap, BoolMask, ProbabilityMap, RgbImage
from models.contract.lesion.features import LesionFeatures


@dataclass(frozen=True, eq=False)
class ShownLesion:
    """A lesion of an image with its outline, as formats take it that hold several."""

    number: int
    mask: BoolMask
    """(H, W) bool."""
    lesion: OtherLesion | None
    """None for the one of interest, of which case and valid mask tell."""

    @property
    def is_of_interest(self) -> bool:
        """Say whether the mask is the valid one, which is measured and scored."""
        return self.lesion is None


@dataclass(frozen=True)
class CaseFile:
    """A case with what an exporter or report needs; each part is read when it is first asked for."""

    case: Case
    read_pixels: Callable[[], RgbImage]
    read_mask: Callable[[], BoolMask | None]
    read_other_masks: Callable[[], tuple[BoolMask, ...]]
    """Returns the outlines of the drawn other lesions in their order."""
    read_probability: Callable[[], ProbabilityMap | None]
    read_overlays: Callable[[], dict[str, AttentionMap]]
    read_audit: Callable[[], tuple[AuditEvent, ...]]
    read_models: Callable[[], tuple[ModelSummary, ...]]
    measure: Callable[[], LesionFeatures | None]
    """Returns what is measured on the lesion in the mask."""
    read_follow_up: Callable[[], VisitComparison | None] = lambda: None
    """Returns the comparison with the visit before; None when there is none."""
    read_predicted: Callable[[], BoolMask | None] = lambda: None
    """Reads the boundary as it was predicted, where a person has changed it since."""
    measure_predicted: Callable[[], LesionFeatures | None] = lambda: None
    """Returns what is measured on the lesion as it was predicted."""
    weigh_original: Callable[[], int] = lambda: 0
    """Returns the size of the imported file in bytes; 0 where it is not known."""

    @cached_property
    def pixels(self) -> RgbImage:
        """Return the upright pixels, (H, W, 3) uint8."""
        return self.read_pixels()

    @cached_property
    def mask(self) -> BoolMask | None:
        """Return the valid mask, (H, W) bool, or None when there is none."""
        return self.read_mask()

    @cached_property
    def predicted_mask(self) -> BoolMask | None:
        """Return the predicted mask, (H, W) bool, that a person has changed; None when nobody has."""
        return self.read_predicted()

    @property
    def lesion_pixels(self) -> BoolMask:
        """Return the valid mask, (H, W) bool; all False where there is none."""
        if self.mask is not None:
            return self.mask
        return np.zeros((self.case.image.height_px, self.case.image.width_px), np.bool_)

    @cached_property
    def lesions(self) -> tuple[ShownLesion, ...]:
        """Return the lesions of the image, the one of interest first although its mask may be empty."""
        of_interest = ShownLesion(self.case.lesions.of_interest, self.lesion_pixels, None)
        others = zip(self.case.lesions.drawn, self.read_other_masks(), strict=True)
        return (of_interest, *(ShownLesion(one.number, mask, one) for one, mask in others))

    @property
    def has_other_lesions(self) -> bool:
        """Say whether the image shows lesions beside the one of interest."""
        return bool(self.case.lesions.drawn)

    @cached_property
    def probability(self) -> ProbabilityMap | None:
        """Return the newest boundary prediction's map, (H, W) float32 in [0, 1], or None."""
        return self.read_probability()

    @property
    def lesion_probability(self) -> ProbabilityMap:
        """Return the same map; 0 everywhere where no boundary was predicted."""
        if self.probability is not None:
            return self.probability
        return np.zeros((self.case.image.height_px, self.case.image.width_px), np.float32)

    @cached_property
    def overlays(self) -> dict[str, AttentionMap]:
        """Return the overlays that were asked for, by their names."""
        return self.read_overlays()

    @cached_property
    def audit(self) -> tuple[AuditEvent, ...]:
        """Return the acts that concern the case, ordered by sequence."""
        return self.read_audit()

    @cached_property
    def original_bytes(self) -> int:
        """Return the size of the imported file in bytes; 0 where it is not known."""
        return self.weigh_original()

    @cached_property
    def follow_up(self) -> VisitComparison | None:
        """Return the comparison with the lesion's visit before, or None."""
        return self.read_follow_up()

    @cached_property
    def models(self) -> tuple[ModelSummary, ...]:
        """Return what is said of the models of the newest boundary and score."""
        return self.read_models()


Writing = Generator[int, None, list[Path]]
"""Yields how many cases are written, and returns the files."""


class Exporter(Protocol):
    """Writes cases in one format."""

    name: str
    label: str
    suffix: str
    keeps_what_was_stopped: bool
    """Whether files of a stopped export stay, for the same export to go on with."""

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write files below ``folder`` and return them; raises ExportError.

        ``cases`` can be gone through more than once; each case is read anew then.
        """
        ...
