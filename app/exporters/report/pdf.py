"""One PDF report per case."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.exporters.atomic_output import deliver_file
from app.exporters.deidentification import file_stem
from app.usecases.exports.exporter import CaseFile


def _now() -> datetime:
    return datetime.now(UTC)


class ReportPdf:
    """A4 report: pictures, score with its limits, decision, measurements, details and history."""

    name = "report_pdf"
    label = "Report (PDF)"
    suffix = ".pdf"

    def __init__(self, clock: Callable[[], datetime] = _now) -> None:
        self._clock = clock

    def write(self, cases: Sequence[CaseFile], folder: Path, *, deidentified: bool) -> list[Path]:
        """Write ``<case>_report.pdf`` for each case; raises ExportError, keeping reports written before."""
        # ReportLab is imported with the first report, not when the window opens.
        from app.exporters.report.document import report_bytes

        files = []
        for file in cases:
            content = report_bytes(file, self._clock(), deidentified=deidentified)
            name = report_name(file_stem(file.case, deidentified=deidentified))
            files.append(deliver_file(folder, name, content))
        return files


def report_name(stem: str) -> str:
    """Return the name of the report of a case with such files."""
    return f"{stem}_report.pdf"
