"""A table of cases as a workbook: numbers are numbers, days are days, and yes or no is one of both."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.fields import FIELDS, Day
from app.exporters.atomic_output import new_file
from app.exporters.tables.case_row import Row, case_rows, columns
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_DAYS = frozenset(field.column for field in FIELDS if isinstance(field.kind, Day))
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOST_LETTERS = 32_767
"""Of one cell, in Excel."""
_LEAST_WIDTH, _MOST_WIDTH = 10, 40


class XlsxTable:
    """The same columns as the CSV table; text is never a formula, whatever it begins with."""

    name = "xlsx_table"
    label = N_("Table of cases (Excel)")
    suffix = ".xlsx"
    keeps_what_was_stopped = False

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_cases.xlsx``; raises ExportError."""
        # openpyxl is imported with the first workbook, not when the window opens.
        from openpyxl import Workbook

        hides = manner.deidentified
        names = columns(deidentified=hides)
        with new_file(folder, "naevus_cases.xlsx") as file:
            workbook = Workbook(write_only=True)
            workbook.properties.creator = "Naevus"
            sheet = _sheet(workbook, names)
            for done, (_case, row) in enumerate(case_rows(cases, deidentified=hides), start=1):
                sheet.append([_typed(sheet, name, row) for name in names])
                yield done
            workbook.save(file.path)
        return [file.place]


def _sheet(workbook: "Workbook", names: Sequence[str]) -> "WriteOnlyWorksheet":
    """Return a sheet with its head, which stays in view."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet: WriteOnlyWorksheet = workbook.create_sheet("Cases")
    sheet.freeze_panes = "B2"
    for number, name in enumerate(names, start=1):
        width = min(max(len(name) + 2, _LEAST_WIDTH), _MOST_WIDTH)
        dimensions = sheet.column_dimensions  # type: ignore[attr-defined]  # only the stub lacks them
        dimensions[get_column_letter(number)].width = width
    head = [WriteOnlyCell(sheet, value=name) for name in names]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    return sheet


def _typed(sheet: "WriteOnlyWorksheet", name: str, row: Row) -> object:
    """Return a cell of the type that its value has."""
    from openpyxl.cell import WriteOnlyCell

    value = row.get(name)
    if not isinstance(value, str):
        return value
    if name in _DAYS:
        return date.fromisoformat(value)
    text = _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", value)[:_MOST_LETTERS]
    cell = WriteOnlyCell(sheet, value=text)
    # openpyxl takes what begins with "=" for a formula.
    cell.data_type = "s"
    return cell
