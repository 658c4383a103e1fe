"""The workbook read back with openpyxl."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from openpyxl import load_workbook

from app.exporters.tables.csv_table import CsvTable
from app.exporters.tables.xlsx_table import XlsxTable
from app.usecases.exports.exporter import CaseFile
from tests.builders import exported

MakeCase = Callable[..., CaseFile]


def test_a_workbook_has_types_and_no_formulas(make_case: MakeCase, tmp_path: Path) -> None:
    file = make_case(name='=HYPERLINK("x")\x01')
    (path,) = exported(XlsxTable(), [file, file], tmp_path, deidentified=False)
    (csv,) = exported(CsvTable(), [file, file], tmp_path, deidentified=False)
    sheet = load_workbook(path).active
    assert sheet is not None
    head, *rows = map(list, sheet.iter_rows())
    names = [cell.value for cell in head]
    row = dict(zip(names, rows[0], strict=True))
    assert len(rows) == 2
    assert ",".join(map(str, names)) == csv.read_text("utf-8-sig").splitlines()[0]
    assert row["visited_on"].value.date() == date(2021, 3, 14)
    assert (row["age"].value, row["naevus_malignancy_probability"].value) == (85, 0.634)
    assert row["personal_hx_mm"].value is True
    assert (row["patient_name"].data_type, row["patient_name"].value[:10]) == ("s", "=HYPERLINK")
    assert {cell.data_type for each in rows for cell in each} <= {"s", "n", "b", "d"}
