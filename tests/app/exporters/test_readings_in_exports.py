"""Readings in reports and tables: totals, every answer, and no name of staff once de-identified."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.domain.readings.abcd_form import ABCD
from app.domain.readings.dermoscopic_forms import MENZIES
from app.domain.readings.reading import Reading
from app.exporters.report.pdf import ReportPdf
from app.exporters.tables.csv_table import CsvTable
from app.usecases.exports.exporter import CaseFile
from app.usecases.exports.report_layout import ReportForm
from tests.app.exporters.csv_rows import rows_of
from tests.builders import a_reading, exported

MakeCase = Callable[..., CaseFile]

IN_FULL = {one.name: int(one.name in {"colour_red", "structure_dots"}) for one in ABCD.criteria}


@pytest.fixture
def read_case(make_case: MakeCase) -> CaseFile:
    """Return a case with two readings of one form, one begun of another, and one of another version."""
    case = make_case().case

    def reading(values: dict[str, int], form: str) -> Reading:
        made = replace(a_reading(case.image.id, values, form=form), author="Dr. Canarystaff")
        return replace(
            made, answers=tuple(replace(one, confirmed_by="canarycolleague") for one in made.answers)
        )

    readings = (
        reading({"asymmetry": 2}, ABCD.name),
        reading(IN_FULL, ABCD.name),
        reading({"pseudopods": 1}, MENZIES.name),
        reading({"x": 1}, "of another version"),
    )
    return make_case(case=replace(case, readings=readings))


@pytest.mark.parametrize("is_deidentified", [True, False])
def test_a_table_holds_the_total_and_every_answer_of_the_newest_reading_of_each_form(
    read_case: CaseFile, tmp_path: Path, is_deidentified: bool
) -> None:
    (path,) = exported(CsvTable(), [read_case], tmp_path, deidentified=is_deidentified)
    (row,) = rows_of(path)
    assert (row["naevus_reading_abcd_total"], row["naevus_reading_abcd_outcome"]) == ("1.0", "below")
    assert "asymmetry=0 | border=0 | colour_white=0 | colour_red=1" in row["naevus_reading_abcd_criteria"]
    assert (row["naevus_reading_menzies_total"], row["naevus_reading_menzies_outcome"]) == ("", "")
    assert row["naevus_reading_menzies_criteria"] == "pseudopods=1"
    assert row["naevus_reading_seven_point_classic_criteria"] == ""
    assert ("canary" in path.read_text(encoding="utf-8-sig").lower()) is not is_deidentified
    if not is_deidentified:
        assert row["readings_by"].startswith("abcd: Dr. Canarystaff | menzies: Dr. Canarystaff")


@pytest.mark.slow
def test_a_report_tells_readings_with_their_answers_and_that_a_total_is_no_diagnosis(
    read_case: CaseFile, tmp_path: Path
) -> None:
    report = ReportPdf(lambda: datetime(2021, 4, 2, 12, 30, tzinfo=UTC))
    (path,) = exported(report, [read_case], tmp_path, deidentified=True)
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())
    for words in (
        "A form's total is the reader's, not a diagnosis",
        "ABCD rule of dermoscopy",
        "Total 1.0: in the form's range of benign lesions (below 4.75).",
        "This total and the score's band (Urgent) point to opposite ends",
        "Axes with asymmetry 0",
        "No total yet: 10 of 11 criteria are not confirmed.",
        "1 answer to a form of another version",
        "By clinician, day",
        "Nachbar",
    ):
        assert words in text, words
    assert "canary" not in text.lower()
    (path,) = exported(report, [read_case], tmp_path / "short", deidentified=True, form=ReportForm.SHORT)
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())
    assert "Total 1.0: in the form's range of benign lesions (below 4.75)." in text
    assert "Axes with asymmetry" not in text
