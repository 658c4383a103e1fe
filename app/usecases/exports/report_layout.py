"""How long a report is, and whose letterhead it has."""

from dataclasses import dataclass
from enum import StrEnum

REPORT_FORMAT, HTML_FORMAT = "report_pdf", "report_html"
REPORT_FORMATS = (REPORT_FORMAT, HTML_FORMAT)
"""Names of the exporters that write reports."""
DICOM_FORMATS = ("dicom", "dicom_uncompressed")
"""Names of the exporters that write reports among other things."""
OVERLAY_FILE = "overlay.dcm"
"""What they call an overlay of the score."""


class ReportForm(StrEnum):
    """How much a report tells."""

    SHORT = "short"
    """One page: the decision, the lesion, its measurements, and the score with its limits."""
    LONG = "long"
    """Everything, with an overlay, the history and what the models' cards say."""


@dataclass(frozen=True, slots=True)
class Logo:
    """The mark of a clinic."""

    png: bytes
    """Without transparency and without metadata."""
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who reports: the clinic, and what its reports say beside the patient."""

    name: str = ""
    address_lines: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    """Labels with their texts, for example the referring physician."""
    logo: Logo | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to show."""
        return not (self.name or self.address_lines or self.fields or self.logo)


NO_LETTERHEAD = Letterhead()
