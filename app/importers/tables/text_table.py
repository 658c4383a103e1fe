"""Tables of text with commas, semicolons, tabs or bars, in whatever encoding a program wrote them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.importers.tables.cell_text import unshielded
from app.importers.tables.metadata_table import OpenTable, TableLine
from training.contract.table import opened_table

_ENCODINGS = ("cp1252", "cp1250", "cp1251", "cp1253", "shift_jis", "gb18030", "euc_kr", "big5")
"""What spreadsheets of western and central Europe, of Cyrillic, Greek and East Asian systems write."""

_WESTERN = "cp1252"


@contextmanager
def opened_text(path: Path) -> Iterator[OpenTable]:
    """Open a table of text; raises TableError when it is none."""
    with opened_table(path, guess=guessed_encoding) as table:
        lines = (
            TableLine(
                row.line,
                # Looked at first: hundreds of thousands of lines have no such cell.
                {column: unshielded(cell) if cell[:1] == "'" else cell for column, cell in row.cells.items()},
            )
            for row in table
        )
        yield OpenTable(table.columns, lines, table.notes)


def guessed_encoding(content: bytes) -> str:
    """Return which encoding the bytes of a text that is not Unicode are most probably in."""
    # Only few tables need it, and it takes a while to import.
    from charset_normalizer import from_bytes

    best = from_bytes(content, cp_isolation=list(_ENCODINGS)).best()
    if best is None or _WESTERN in best.could_be_from_charset:
        return _WESTERN
    return best.encoding
