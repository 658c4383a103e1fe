"""A table of metadata as its file holds it: named columns, and lines of text that are read when needed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from app.domain.errors import UnreadableFileError
from app.translation import _
from training.contract.table import TableError

MOST_LINES = 2_000_000
"""More than four times the largest public table (ISIC 2024)."""

_LONGEST_CELL = 20_000


@dataclass(frozen=True, slots=True)
class TableLine:
    """One line of a table."""

    number: int
    """Of the line in the file, or of the entry in a JSON list, counted from 1."""
    cells: dict[str, str]
    """Text without surrounding blanks by column; "" where nothing stands."""


@dataclass
class OpenTable:
    """A table while its file is open."""

    columns: tuple[str, ...]
    lines: Iterator[TableLine]
    notes: Callable[[], Iterator[str]]
    """Sentences about what was assumed, complete once the lines were read."""


OpeningTable = Callable[[], AbstractContextManager[OpenTable]]


@dataclass(frozen=True)
class MetadataTable:
    """A table whose columns are known; its lines are read anew each time, never all kept."""

    path: Path
    columns: tuple[str, ...]
    examples: tuple[TableLine, ...]
    """The first lines."""
    _open: OpeningTable

    def lines(self, notes: list[str] | None = None) -> Iterator[TableLine]:
        """Read the lines; what was assumed is added to ``notes`` at the end.

        Raises:
            UnreadableFileError: a line is damaged, or there are too many.
        """
        with readable(), self._open() as table:
            for count, line in enumerate(table.lines, start=1):
                if count > MOST_LINES:
                    raise UnreadableFileError(
                        _("The table has more than {most_lines:,} lines; divide it.").format(
                            most_lines=MOST_LINES
                        )
                    )
                yield _checked(line)
            if notes is not None:
                notes.extend(table.notes())


@contextmanager
def readable() -> Iterator[None]:
    """Turn what goes wrong while a table is read into an UnreadableFileError with one sentence."""
    try:
        yield
    except TableError as error:
        raise UnreadableFileError(str(error)) from None
    except OSError as error:
        reason = error.strerror or _("unknown reason")
        raise UnreadableFileError(_("The table cannot be opened: {reason}.").format(reason=reason)) from None


def opened_once(opening: OpeningTable, *, path: Path, examples: int) -> MetadataTable:
    """Read the columns and the first lines of a table.

    Raises:
        UnreadableFileError: it is no table, or has no columns.
    """
    with readable(), opening() as table:
        columns = tuple(name for name in table.columns if name)
        if not columns:
            raise UnreadableFileError(_("The table is empty."))
        first = tuple(_checked(line) for line in islice(table.lines, examples))
    return MetadataTable(path, columns, first, opening)


def _checked(line: TableLine) -> TableLine:
    if max(map(len, line.cells.values()), default=0) <= _LONGEST_CELL:
        return line
    for column, cell in line.cells.items():
        if len(cell) > _LONGEST_CELL:
            raise UnreadableFileError(
                _(
                    "A cell of line {number} ({value}) has more than {longest_cell:,} "
                    "letters, so this is no table of metadata."
                ).format(number=line.number, value=column[:40], longest_cell=_LONGEST_CELL)
            )
    return line
