"""What every download is: files below folders that a person names, and tables about their images."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from training.contract.table import TableError
from training.data_sets.layouts.data_folder import ConversionError


def files_below(folder: Path, *, apart_from: Path) -> list[Path]:
    """All files below ``folder``, resolved and in alphabetical order, but for those below ``apart_from``.

    Raises:
        ConversionError: it is no folder.
    """
    check_is_folder(folder)
    left_out = apart_from.resolve()
    return [
        file
        for file in sorted(folder.resolve().rglob("*"))
        # macOS writes a companion ._NAME beside every file of an archive.
        if not (file.name.startswith("._") or file.is_relative_to(left_out)) and file.is_file()
    ]


def check_is_folder(source: Path) -> None:
    """Raise ConversionError if what a person named is no folder."""
    if not source.is_dir():
        raise ConversionError(f"{source} is no folder.")


@contextmanager
def readable(table: Path) -> Iterator[None]:
    """Raise ConversionError where a table that is opened meanwhile cannot be used."""
    try:
        yield
    except TableError as error:
        raise ConversionError(str(error)) from error
    except OSError as error:
        raise ConversionError(f"{table.name} cannot be opened ({error.strerror}).") from error


class ContradictionError(ConversionError):
    """A table says two things about one image."""


class RowsByImage:
    """The rows of a table by image: repeated rows complete each other, contradicting ones are refused."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._cells: dict[str, dict[str, str]] = {}
        self._line: dict[str, dict[str, int]] = {}
        self._repeated = 0
        self._nameless: list[int] = []

    def add(self, image_id: str, line: int, cells: Mapping[str, str]) -> None:
        """Take a row; raises ContradictionError where an earlier row says something else in a cell."""
        if not image_id:
            self._nameless.append(line)
            return
        self._repeated += image_id in self._cells
        known = self._cells.setdefault(image_id, {})
        lines = self._line.setdefault(image_id, {})
        for column, cell in cells.items():
            if cell and known.get(column) and known[column] != cell:
                raise ContradictionError(
                    f"{self._table} contradicts itself about {image_id}: {column} is {known[column]!r} "
                    f"in line {lines[column]} and {cell!r} in line {line}."
                )
            if cell or column not in known:
                known[column], lines[column] = cell, line

    def cells(self) -> Mapping[str, Mapping[str, str]]:
        """What is said about each image."""
        return self._cells

    def line(self, image_id: str, column: str) -> int:
        """The line in which a cell was found."""
        return self._line[image_id][column]

    def notes(self) -> Iterator[str]:
        """Sentences about rows that count for nothing."""
        if self._repeated:
            yield f"{self._repeated} rows of {self._table} repeat an image and say nothing else about it."
        if self._nameless:
            yield f"{len(self._nameless)} rows of {self._table} name no image, as line {self._nameless[0]}."
