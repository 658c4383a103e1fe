"""Tables in JSON: a list of objects, one object in each line, or an answer of the ISIC archive."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.importers.tables.cell_text import cell_text
from app.importers.tables.metadata_table import OpenTable, TableLine
from app.translation import _
from training.contract.table import TableError

_MOST_BYTES = 50_000_000
_LISTS = ("results", "rows", "data", "images", "cases")
"""Under one of these names a list stands in an object; the archive's interface uses the first."""

_DEEPEST = 6


@contextmanager
def opened_json(path: Path) -> Iterator[OpenTable]:
    """Open a table in JSON; raises TableError when it is none."""
    if path.stat().st_size > _MOST_BYTES:
        raise TableError(
            _("{name} is too large for a table in JSON; write it as CSV.").format(name=path.name)
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise TableError(_("{name} is no JSON in UTF-8.").format(name=path.name)) from None
    lines = [
        TableLine(number, dict(_cells(entry))) for number, entry in enumerate(_entries(path, text), start=1)
    ]
    columns = tuple(dict.fromkeys(column for line in lines for column in line.cells))
    yield OpenTable(columns, (_filled(line, columns) for line in lines), lambda: iter(()))


def _entries(path: Path, text: str) -> list[dict[str, object]]:
    document = _parsed(path, text)
    if isinstance(document, dict):
        document = next((document[name] for name in _LISTS if isinstance(document.get(name), list)), document)
    entries = document if isinstance(document, list) else [document]
    objects = [entry for entry in entries if isinstance(entry, dict)]
    if not objects or len(objects) < len(entries):
        raise TableError(
            _("{name} holds no list of objects, which a table in JSON is.").format(name=path.name)
        )
    return objects


def _parsed(path: Path, text: str) -> object:
    try:
        return json.loads(text, parse_constant=lambda _name: None)
    except RecursionError:
        raise TableError(_("{name} is nested too deeply.").format(name=path.name)) from None
    except ValueError as whole:
        try:
            return [json.loads(line, parse_constant=lambda _name: None) for line in _written_lines(text)]
        except (ValueError, RecursionError):
            raise TableError(
                _("{name} is no JSON that can be read ({whole}).").format(name=path.name, whole=whole)
            ) from None


def _written_lines(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        raise ValueError
    return lines


def _cells(entry: dict[str, object], depth: int = 0) -> Iterator[tuple[str, str]]:
    """The values of an object by their names; those of objects in it, too: {"clinical": {"sex": ...}}."""
    for name, value in entry.items():
        if isinstance(value, dict):
            if depth < _DEEPEST:
                yield from _cells(value, depth + 1)
        elif not isinstance(value, list):
            yield str(name).strip(), cell_text(value)


def _filled(line: TableLine, columns: tuple[str, ...]) -> TableLine:
    return TableLine(line.number, {column: line.cells.get(column, "") for column in columns})
