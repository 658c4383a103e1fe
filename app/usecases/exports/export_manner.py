"""In which manner cases are written: whether the patient can be recognised, and what files are named by."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.domain.errors import ExportError
from app.translation import _
from app.usecases.exports.report_layout import NO_LETTERHEAD, Letterhead, ReportForm


class NamedBy(StrEnum):
    """What the files of a case are named by."""

    ORIGINAL = "original"
    """The file that was imported, without its ending."""
    NUMBER = "number"
    """The case's place in the export: case-00001, case-00002 ..."""
    PSEUDONYM = "pseudonym"
    """The pseudonym of the image, the same in every export."""


@dataclass(frozen=True, slots=True)
class ExportManner:
    """How cases are written."""

    deidentified: bool
    named_by: NamedBy | None = None
    """None stands for the original where the patient may be recognised, and else for the pseudonym."""
    first_number: int = 1
    """Of the first case, where files are named by number."""
    selection_sha256: str = ""
    """Tells exports of other cases apart, so that a stopped one goes on only where the same is asked for."""
    key_folder: Path | None = None
    """Where the key of a de-identified export stays behind; None writes none."""
    has_other_lesions: bool = False
    """Whether an image shows lesions beside the one of interest, which some files say at their heads."""
    form: ReportForm = ReportForm.SHORT
    """Of reports."""
    letterhead: Letterhead = NO_LETTERHEAD
    """Of reports that may name the clinic."""
    shows_clinic: bool = False
    """Whether de-identified reports have the letterhead, too."""
    overlay: str | None = None
    """The overlay that DICOM objects of a score have with them, by its name; None for none."""

    def __post_init__(self) -> None:
        """Raise ExportError when de-identified files would be named by the original."""
        if self.deidentified and self.named_by is NamedBy.ORIGINAL:
            raise ExportError(
                _(
                    "De-identified files are never named by the original file; "
                    "name them by number or by pseudonym."
                )
            )

    @property
    def names_clinic(self) -> bool:
        """Say whether reports have the letterhead; de-identified ones only when that was asked for."""
        return self.shows_clinic or not self.deidentified

    @property
    def names(self) -> NamedBy:
        """Return what files are named by."""
        if self.named_by is not None:
            return self.named_by
        return NamedBy.PSEUDONYM if self.deidentified else NamedBy.ORIGINAL
