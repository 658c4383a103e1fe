"""Tables as people's programs write them: the one reader of manifests and of the tables of public data sets.

Commas, semicolons, tabs or bars between cells; UTF-8 with or without byte order mark, UTF-16, or Windows-1252
as spreadsheets of western Europe save, or what a caller takes the bytes for; decimal commas; blank lines.
Nothing is passed over without being said: a line with more cells than the header is refused, because its
cells would mean something else.
"""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from models.contract.errors import NaevusError

_DELIMITERS = ",;\t|"
_NAMED_DELIMITER = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
"""The first line by which Excel is told of the delimiter."""
_QUOTED = re.compile(r'"[^"]*"')
_CHUNK_BYTES = 1 << 20
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF8, _UTF16, _WESTERN = "utf-8-sig", "utf-16", "cp1252"
_MOST_ZEROS = 0.1
"""A larger share of zero bytes is no text; single ones are damage that whoever reads the cell can name."""
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_POINTS_AND_COMMA = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+")


class TableError(NaevusError):
    """A file is no table that can be used; the message is the sentence to show."""


@dataclass(frozen=True)
class Headless:
    """How a table without a header is known, and what its columns are called."""

    first_cell: re.Pattern[str]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class TableRow:
    """The cells of one line, without surrounding blanks, by column."""

    line: int
    """The row's last line in the file, counted from 1."""
    cells: dict[str, str]


@dataclass
class Table:
    """An open table, whose rows may be read once."""

    name: str
    columns: tuple[str, ...]
    delimiter: str
    encoding: str
    _lines: Iterator[tuple[int, list[str]]]
    _numbers: tuple[str, ...]
    short_lines: list[int] = field(default_factory=list)
    """Lines with fewer cells than the header, as far as the rows were read."""

    def __iter__(self) -> Iterator[TableRow]:
        """Read the rows; raises TableError at a line that cannot belong to the header."""
        for line, cells in self._lines:
            if not any(cells):
                continue
            self._check_length(line, cells)
            named = dict(zip(self.columns, cells, strict=False))
            row = {name: named.get(name, "") for name in self.columns if name}
            for name in self._numbers:
                if "," in row[name]:
                    row[name] = self._with_point(row[name])
            yield TableRow(line, row)

    def notes(self) -> Iterator[str]:
        """Sentences about what was assumed, after the rows were read."""
        if self.encoding not in (_UTF8, _UTF16):
            name = "Windows-1252" if self.encoding == _WESTERN else self.encoding
            yield f"{self.name} is not in UTF-8; it was read as {name}."
        if self.short_lines:
            yield (
                f"{self.name} has {len(self.short_lines)} lines with fewer cells than the header, as line "
                f"{self.short_lines[0]}; what is missing counts as not known."
            )

    def _check_length(self, line: int, cells: Sequence[str]) -> None:
        if any(cells[len(self.columns) :]):
            raise TableError(
                f"Line {line} of {self.name} has {len(cells)} cells, but the header has {len(self.columns)}; "
                "texts and numbers with a comma in them must be in quotes."
            )
        if len(cells) < len(self.columns):
            self.short_lines.append(line)

    def _with_point(self, text: str) -> str:
        """A number with its decimal comma made a point; others, as 1,234 between commas, stay as they are."""
        if _POINTS_AND_COMMA.fullmatch(text):
            return text.replace(".", "").replace(",", ".")
        is_ambiguous = self.delimiter == "," and _THOUSANDS.fullmatch(text)
        return text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) and not is_ambiguous else text


@contextmanager
def opened_table(
    file: Path,
    *,
    numbers: Collection[str] = (),
    headless: Headless | None = None,
    lower_case: bool = False,
    only_unicode: bool = False,
    guess: Callable[[bytes], str] | None = None,
) -> Iterator[Table]:
    """Open a table.

    Args:
        file: the table.
        numbers: columns of numbers, where a decimal comma becomes a point.
        headless: how the file looks if it has no header.
        lower_case: write the names of columns in lower case.
        only_unicode: refuse bytes that are neither UTF-8 nor UTF-16 instead of taking them for Windows-1252.
        guess: names the encoding of such bytes from the first of them, instead of Windows-1252.

    Raises:
        TableError: it is no text, a cell is endless, a quote is not closed, or two columns have one name.
        OSError: it cannot be opened.
    """
    try:
        encoding = _encoding_of(file, only_unicode=only_unicode, guess=guess)
        with file.open(newline="", encoding=encoding) as stream:
            delimiter, passed_over = _delimiter_of(stream)
            # Strict: a quote that is never closed would swallow the rest of the file into one cell.
            reader = csv.reader(stream, delimiter=delimiter, skipinitialspace=True, strict=True)
            lines: Iterator[tuple[int, list[str]]] = (
                (passed_over + reader.line_num, [cell.strip() for cell in cells]) for cells in reader
            )
            line, first = next(lines, (0, []))
            if headless is not None and first and headless.first_cell.fullmatch(first[0]):
                columns, lines = headless.columns, _with(line, first, lines)
            else:
                columns = tuple(name.lower() if lower_case else name for name in first)
            _check_columns(file, columns)
            named = tuple(name for name in columns if name in numbers)
            yield Table(file.name, columns, delimiter, encoding, lines, named)
    except (UnicodeError, csv.Error) as error:
        kind = "table in UTF-8" if only_unicode else "table"
        raise TableError(f"{file.name} is no {kind} that can be read ({error}).") from error


def _with(
    line: int, first: list[str], lines: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    yield line, first
    yield from lines


def _check_columns(file: Path, columns: Sequence[str]) -> None:
    # Of two columns of one name only the last would be read, and nobody would notice.
    counts = Counter(filter(None, columns)).most_common(1)
    if counts and counts[0][1] > 1:
        raise TableError(f"{file.name} has {counts[0][1]} columns called {counts[0][0]}.")


def _encoding_of(file: Path, *, only_unicode: bool, guess: Callable[[bytes], str] | None) -> str:
    """The encoding of a file by its mark and bytes; raises UnicodeError if it is no text."""
    decoder = codecs.getincrementaldecoder(_UTF8)()
    with file.open("rb") as stream:
        chunk = stream.read(_CHUNK_BYTES)
        if chunk.startswith(_UTF16_MARKS):
            if b"\0" not in chunk:
                raise UnicodeError("it begins as UTF-16 and goes on as something else")
            return _UTF16
        if chunk.count(0) > _MOST_ZEROS * len(chunk):
            raise UnicodeError("it holds binary data, or UTF-16 without its mark")
        first, is_utf8 = chunk, True
        while chunk:
            is_utf8 = is_utf8 and _is_decoded(decoder, chunk, final=False)
            chunk = stream.read(_CHUNK_BYTES)
    if is_utf8 and _is_decoded(decoder, b"", final=True):
        return _UTF8
    if only_unicode:
        raise UnicodeError("it is not in UTF-8")
    return _WESTERN if guess is None else guess(first)


def _is_decoded(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter_of(stream: TextIO) -> tuple[str, int]:
    """What stands between the cells, and the number of lines before the header, where the stream then is."""
    start, passed_over, line = 0, 0, stream.readline()
    while line and not line.strip():
        passed_over += 1
        start, line = stream.tell(), stream.readline()
    if named := _NAMED_DELIMITER.fullmatch(line):
        return named[1], passed_over + 1
    stream.seek(start)
    outside = _QUOTED.sub("", line)
    return max(_DELIMITERS, key=outside.count), passed_over
