"""One PDF report per case."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from app.exporters.atomic_output import deliver_file
from app.exporters.case_names import CaseNames
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing


def _now() -> datetime:
    return datetime.now(UTC)


class ReportPdf:
    """A4 report: pictures, score with its limits, decision, measurements, details and history."""

    name = "report_pdf"
    label = N_("Report (PDF)")
    suffix = ".pdf"
    keeps_what_was_stopped = False

    def __init__(self, clock: Callable[[], datetime] = _now) -> None:
        self._clock = clock

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``<case>_report.pdf`` for each case; raises ExportError, keeping reports written before."""
        # ReportLab is imported with the first report, not when the window opens.
        from app.exporters.report.document import report_bytes

        files, stems = [], CaseNames(manner)
        for file in cases:
            content = report_bytes(file, self._clock(), deidentified=manner.deidentified)
            name = report_name(stems.next_stem(file.case))
            files.append(deliver_file(folder, name, content))
            yield len(files)
        return files


def report_name(stem: str) -> str:
    """Return the name of the report of a case with such files."""
    return f"{stem}_report.pdf"
