"""Cells of a table that a spreadsheet will not take for a formula (OWASP ASVS 1.2.10, CWE-1236)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")  # noqa: RUF001
_SHIELD = "'"

Cell = str | int | float | bool | None


def shielded(text: str) -> str:
    """Return text that no spreadsheet evaluates: a leading apostrophe is put before dangerous starts."""
    return _SHIELD + text if text.startswith((*_FORMULA_STARTS, _SHIELD)) else text


def table_bytes(columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> bytes:
    """Return a table as CSV: UTF-8 with byte order mark, because Excel needs it to read umlauts."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    for row in rows:
        writer.writerow({column: _cell(row.get(column)) for column in columns})
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return shielded(value) if isinstance(value, str) else value
