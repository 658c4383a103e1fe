"""One HTML report per case."""

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from app.exporters.report.pdf import utc_now, write_report_per_case
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing


class ReportHtml:
    """The sections of the PDF report as one file for a browser, with its pictures in it."""

    name = "report_html"
    label = N_("Report (HTML)")
    suffix = ".html"
    keeps_what_was_stopped = False

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``<case>_report.html`` for each case; raises ExportError, keeping reports written before."""
        from app.exporters.report.html_page import report_html

        return write_report_per_case(
            cases,
            folder,
            manner,
            suffix=self.suffix,
            encode=lambda file: report_html(file, self._clock(), manner),
        )
