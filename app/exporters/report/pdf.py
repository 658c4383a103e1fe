"""One PDF report per case."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from app.exporters.atomic_output import deliver_file
from app.exporters.case_names import CaseNames
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing


def utc_now() -> datetime:
    """Return the present moment, UTC."""
    return datetime.now(UTC)


class ReportPdf:
    """A4 report: one page with the decision first, or everything in the long form."""

    name = "report_pdf"
    label = N_("Report (PDF)")
    suffix = ".pdf"
    keeps_what_was_stopped = False

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``<case>_report.pdf`` for each case; raises ExportError, keeping reports written before."""
        # ReportLab is imported with the first report, not when the window opens.
        from app.exporters.report.document import report_bytes

        return write_report_per_case(
            cases,
            folder,
            manner,
            suffix=self.suffix,
            encode=lambda file: report_bytes(file, self._clock(), manner),
        )


def write_report_per_case(
    cases: Iterable[CaseFile],
    folder: Path,
    manner: ExportManner,
    *,
    suffix: str,
    encode: Callable[[CaseFile], bytes],
) -> Writing:
    """Write ``<case>_report<suffix>`` for each case, one after the other."""
    files, stems = [], CaseNames(manner)
    for file in cases:
        content = encode(file)
        files.append(deliver_file(folder, report_name(stems.next_stem(file.case), suffix), content))
        yield len(files)
    return files


def report_name(stem: str, suffix: str) -> str:
    """Return the name of the report of a case with such files."""
    return f"{stem}_report{suffix}"
