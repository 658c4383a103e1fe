"""What writes cases in one format, and what it is given of a case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.analysis.model_summary import ModelSummary
from app.domain.audit import AuditEvent
from app.domain.case import Case
from models.contract.arrays import AttentionMap, BoolMask, ProbabilityMap, RgbImage
from models.contract.lesion.features import LesionFeatures


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with the arrays an exporter or report needs."""

    case: Case
    pixels: RgbImage
    mask: BoolMask | None
    probability: ProbabilityMap | None
    overlays: dict[str, AttentionMap]
    audit: tuple[AuditEvent, ...]
    """Ordered by sequence."""
    models: tuple[ModelSummary, ...]
    """Of the newest boundary and score."""
    measure: Callable[[], LesionFeatures | None]
    """Returns what is measured on the lesion in the mask; asked for, because most formats do without."""


class Exporter(Protocol):
    """Writes cases in one format."""

    name: str
    label: str
    suffix: str

    def write(self, cases: Sequence[CaseFile], folder: Path, *, deidentified: bool) -> list[Path]:
        """Write files below ``folder`` and return them; raises ExportError."""
        ...
