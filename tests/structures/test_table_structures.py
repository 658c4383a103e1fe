"""Tables in every dialect give the cells that they were written from."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import assume, event, given
from hypothesis import strategies as st

from tests.structures.examples import tried
from training.contract.table import opened_table

COLUMNS = ("image_id", "age", "note")
WESTERN_LETTERS = "abzÄéß€ñ 019.,;|\t-'\"/\n"
OTHER_LETTERS = WESTERN_LETTERS + "яΩ中😀\u00a0\u2009"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le with mark", "utf-16-be with mark", "cp1252")


@dataclass(frozen=True)
class Dialect:
    """How a program writes tables."""

    delimiter: str
    line_end: str
    encoding: str
    quotes_all: bool
    names_delimiter: bool
    has_decimal_comma: bool
    has_blank_after_delimiter: bool
    blank_lines: tuple[int, int]
    """Before the header and after the rows."""
    has_end_of_last_line: bool


dialects = st.builds(
    Dialect,
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(("\n", "\r\n", "\r")),
    encoding=st.sampled_from(ENCODINGS),
    quotes_all=st.booleans(),
    names_delimiter=st.booleans(),
    has_decimal_comma=st.booleans(),
    has_blank_after_delimiter=st.booleans(),
    blank_lines=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    has_end_of_last_line=st.booleans(),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[bytes, list[dict[str, str]]]:
    """A table's bytes, and the cells that it means."""
    dialect = draw(dialects)
    letters = WESTERN_LETTERS if dialect.encoding == "cp1252" else OTHER_LETTERS
    notes = st.text(letters, max_size=12).map(str.strip)
    numbers = st.one_of(st.just(""), st.decimals(-999, 999, places=1).map(str), st.integers(0, 99).map(str))
    ids = st.text("abc019_", min_size=1, max_size=6)
    rows = draw(st.lists(st.tuples(ids, numbers, notes), max_size=5))
    event(f"{dialect.encoding}, {dialect.delimiter!r}, ends {dialect.line_end!r}")
    written = [COLUMNS, *((key, _number(age, dialect), note) for key, age, note in rows)]
    gap = dialect.delimiter + (" " if dialect.has_blank_after_delimiter and dialect.delimiter != "\t" else "")
    lines = [gap.join(_cell(text, dialect) for text in row) for row in written]
    before, after = dialect.blank_lines
    named = [f"sep={dialect.delimiter}"] if dialect.names_delimiter else []
    text = dialect.line_end.join([*[""] * before, *named, *lines, *[""] * after])
    text += dialect.line_end if dialect.has_end_of_last_line else ""
    return _encoded(text, dialect.encoding), [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def _number(text: str, dialect: Dialect) -> str:
    return text.replace(".", ",") if dialect.has_decimal_comma else text


def _cell(text: str, dialect: Dialect) -> str:
    needs_quotes = dialect.quotes_all or any(sign in text for sign in dialect.delimiter + '"\r\n')
    return '"' + text.replace('"', '""') + '"' if needs_quotes else text


def _encoded(text: str, encoding: str) -> bytes:
    if encoding.endswith(" with mark"):
        return ("\ufeff" + text).encode(encoding.removesuffix(" with mark"))
    content = text.encode(encoding)
    if encoding == "cp1252":
        # Where such bytes are UTF-8 by chance nobody can tell.
        assume(not _is_utf8(content) or content.isascii())
    return content


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@tried(150)
@given(table=tables())
def test_cells_of_every_dialect_come_back(table: tuple[bytes, list[dict[str, str]]]) -> None:
    content, rows = table
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.csv"
        file.write_bytes(content)
        with opened_table(file, numbers=("age",)) as opened:
            found = [row.cells for row in opened]
    assert found == rows
