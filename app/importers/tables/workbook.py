"""Spreadsheets in the XLSX format: the first sheet that holds a table, with the values of its formulas."""

import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.importers.tables.cell_text import cell_text
from app.importers.tables.metadata_table import OpenTable, TableLine
from app.translation import _
from models.contract.files.archive_failures import ARCHIVE_FAILURES
from training.contract.table import TableError

_MOST_UNPACKED_BYTES = 1_000_000_000
_MOST_TIMES_LARGER = 200
"""A sheet of numbers shrinks to a tenth; more than this is made to fill the memory."""

_MOST_LINES_ABOVE = 40
"""Titles and legends above the header; PH2 has twelve lines of them."""

_WITHOUT_VALUE = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>|</c>)")
_CHUNK_BYTES, _OVERLAP_BYTES = 1 << 20, 64

_SHEET_FAILURES: tuple[type[Exception], ...] = (*ARCHIVE_FAILURES, KeyError, TypeError, SyntaxError)
"""What openpyxl raises on parts that are damaged or missing, beside what the archive does."""

_Rows = Iterator[tuple[int, list[str]]]


@contextmanager
def opened_workbook(path: Path, is_header: Callable[[Sequence[str]], bool]) -> Iterator[OpenTable]:
    """Open the first sheet with a table.

    Args:
        path: the file.
        is_header: says whether a line names known columns; without one the first line is the header.

    Raises:
        TableError: it is no workbook, or not a single sheet holds a table.
    """
    # Only spreadsheets need it, and it takes a while to import.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _check_parts(path)
    opening_failures: tuple[type[Exception], ...] = (InvalidFileException, *_SHEET_FAILURES)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except opening_failures:
        raise TableError(_("{name} is damaged or no XLSX file.").format(name=path.name)) from None
    try:
        for sheet in book.worksheets:
            above = _first_rows(_rows(sheet))
            if (at := _header_at(above, is_header)) is None:
                continue
            columns = _columns(path, above[at][1])
            first_line = above[at][0] + 1
            yield OpenTable(columns, _lines(sheet, columns, first_line), lambda: iter(()))
            return
        raise TableError(_("{name} holds no table.").format(name=path.name))
    except _SHEET_FAILURES:
        raise TableError(_("{name} is damaged.").format(name=path.name)) from None
    finally:
        book.close()


def _check_parts(path: Path) -> None:
    """Raise TableError for what is no workbook, would fill the memory, or lacks the values of formulas."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_unpacked_size(path, archive.infolist())
            for name in archive.namelist():
                if name.startswith("xl/worksheets/") and _lacks_values(archive, name):
                    raise TableError(
                        _(
                            "{name} holds formulas without their values; open it in a spreadsheet "
                            "program, save it, and try again."
                        ).format(name=path.name)
                    )
    except ARCHIVE_FAILURES:
        raise TableError(_("{name} is damaged or no XLSX file.").format(name=path.name)) from None


def _check_unpacked_size(path: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if unpacked > _MOST_UNPACKED_BYTES or (unpacked > 50_000_000 and unpacked / packed > _MOST_TIMES_LARGER):
        raise TableError(
            _("{name} would unpack to {value:,.0f} MB and was not opened.").format(
                name=path.name, value=unpacked / 1000000.0
            )
        )


def _lacks_values(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether a sheet has a formula that no program has worked out."""
    with archive.open(name) as sheet:
        end = b""
        while chunk := sheet.read(_CHUNK_BYTES):
            if _WITHOUT_VALUE.search(end + chunk):
                return True
            end = chunk[-_OVERLAP_BYTES:]
    return False


def _rows(sheet: object) -> _Rows:
    iterate: Callable[..., Iterator[tuple[object, ...]]] = getattr(sheet, "iter_rows", lambda **_: iter(()))
    for number, cells in enumerate(iterate(values_only=True), start=1):
        yield number, [cell_text(cell) for cell in cells]


def _first_rows(rows: _Rows) -> list[tuple[int, list[str]]]:
    found = []
    for number, cells in rows:
        if number > _MOST_LINES_ABOVE:
            break
        if any(cells):
            found.append((number, cells))
    return found


def _header_at(
    rows: Sequence[tuple[int, list[str]]], is_header: Callable[[Sequence[str]], bool]
) -> int | None:
    """The place of the first line that names known columns, else of the first with several cells."""
    known = next((at for at, (_number, cells) in enumerate(rows) if is_header(cells)), None)
    if known is not None:
        return known
    return next((at for at, (_number, cells) in enumerate(rows) if sum(map(bool, cells)) > 1), None)


def _columns(path: Path, header: Sequence[str]) -> tuple[str, ...]:
    columns = tuple(re.sub(r"\s+", " ", name) for name in header)
    repeated = Counter(filter(None, columns)).most_common(1)
    if repeated and repeated[0][1] > 1:
        raise TableError(
            _("{name} has {value} columns called {value_2}.").format(
                name=path.name, value=repeated[0][1], value_2=repeated[0][0]
            )
        )
    return columns


def _lines(sheet: object, columns: Sequence[str], first_line: int) -> Iterator[TableLine]:
    for number, cells in _rows(sheet):
        if number < first_line or not any(cells):
            continue
        yield TableLine(
            number, {column: cell for column, cell in zip(columns, cells, strict=False) if column}
        )
