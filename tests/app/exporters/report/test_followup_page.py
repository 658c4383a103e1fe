"""The page on which a report compares two visits."""

from datetime import UTC, datetime
from pathlib import Path

from pypdf import PdfReader

from app.exporters.report.html import ReportHtml
from app.exporters.report.pdf import ReportPdf
from app.usecases.exports.export_cases import case_file
from app.usecases.followup.mark_structure import mark_structure
from tests.builders import exported, services_at
from tests.fakes import FakeToken
from tests.rephotographs import two_visits


def test_the_report_of_a_later_visit_ends_with_growth_marks_and_course(tmp_path: Path) -> None:
    services = services_at(tmp_path / "data")
    first, second = two_visits(services, tmp_path / "in")
    mark_structure(services, second, first, middle_xy=(200.0, 150.0), note="canarynote")
    report = ReportPdf(lambda: datetime(2026, 4, 2, 12, 30, tzinfo=UTC))
    file = case_file(services, second, FakeToken(), overlay=None)
    for deidentified in (False, True):
        (path,) = exported(report, [file], tmp_path / f"{deidentified}", deidentified=deidentified)
        words = PdfReader(path).pages[-1].extract_text().replace("\N{NO-BREAK SPACE}", " ")
        for part in (
            "Follow-up",
            "Laid on each other",
            "Growth",
            "mm² (±",
            "All visits (2 images)",
            "Mark 1",
        ):
            assert part in words
        assert ("canarynote" in words) is not deidentified
        assert ("01 May 2024" in words) is not deidentified
        assert ("day 365" in words) is deidentified
    (page,) = exported(ReportHtml(), [file], tmp_path / "html", deidentified=False)
    html = page.read_text(encoding="utf-8")
    assert html.index("Follow-up") < html.index("canarynote") < html.index("All visits (2 images)")
    assert case_file(services, first, FakeToken(), overlay=None).follow_up is None
    services.store.close()
