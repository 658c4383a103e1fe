"""Cells of a table that a spreadsheet will not take for a formula (OWASP ASVS 1.2.10, CWE-1236)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")  # noqa: RUF001
_SHIELD = "'"

Cell = str | int | float | bool | None


def shielded(text: str) -> str:
    """Return text that no spreadsheet evaluates: a leading apostrophe is put before dangerous starts."""
    return _SHIELD + text if text.startswith((*_FORMULA_STARTS, _SHIELD)) else text


class CsvFile:
    """A table written row by row as CSV: UTF-8 with byte order mark, which Excel needs to read umlauts."""

    def __init__(self, stream: BinaryIO, columns: Sequence[str]) -> None:
        self._stream, self._columns = stream, columns
        stream.write(b"\xef\xbb\xbf" + _line(columns))

    def write(self, row: Mapping[str, Cell]) -> None:
        """Write a row; cells of other columns are passed over."""
        self._stream.write(_line([_cell(row.get(column)) for column in self._columns]))


def table_bytes(columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> bytes:
    """Return a table as CSV."""
    content = io.BytesIO()
    table = CsvFile(content, columns)
    for row in rows:
        table.write(row)
    return content.getvalue()


def _line(cells: Sequence[str | int | float]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue().encode("utf-8", "replace")


def _cell(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return shielded(value) if isinstance(value, str) else value
