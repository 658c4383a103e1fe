"""Tables on whatever they are printed to: a wide terminal, a narrow one, a file or another program."""

import unicodedata
from collections.abc import Callable
from copy import copy
from dataclasses import replace

from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

UNKNOWN = "-"
"""The cell of what is not known, or does not concern a row."""

_GAP, _INDENT = "  ", "    "


def print_table(console: Console, table: Table, *, for_programs: Callable[[str], str] = str) -> None:
    """Print a table as a person or a program can read it.

    A terminal on which it fits shows it ruled; a narrower one first drops columns in which nothing is known,
    and else shows each row in a few lines, because words folded into columns of three letters are no words.
    A file or a program gets a line for each row, with tabs between the cells and the names of the columns
    first.

    Args:
        console: what is printed to.
        table: cells that are text, not markup.
        for_programs: how the words of a cell are written for a file or a program.
    """
    if not console.is_terminal:
        _write_lines(console, table, for_programs)
    elif _fits(console, table):
        console.print(table)
    elif _fits(console, known := _without_unknown(table)):
        console.print(known)
    else:
        _print_blocks(console, known)


def no_wrap_column(title: str) -> Column:
    """Return a column that is never cut, because people copy its words into the next command."""
    return Column(title, no_wrap=True, overflow="fold")


def add_row(table: Table, *cells: str) -> None:
    """Add a row that shows its cells as they are: brackets in them are no markup."""
    table.add_row(*(Text(sanitized(cell)) for cell in cells))


def sanitized(text: str) -> str:
    """Return text that does nothing to the terminal: a replacement sign stands for each control character."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(letter).startswith("C") else letter
        for letter in text
    )


def _fits(console: Console, table: Table) -> bool:
    """Say whether no column has to be folded."""
    unlimited = console.options.update(width=10_000, max_width=10_000)
    return Measurement.get(console, unlimited, table).maximum <= console.width


def _without_unknown(table: Table) -> Table:
    """Return the table without columns that say nothing of any row."""
    smaller = copy(table)
    smaller.columns = [
        replace(column, _index=place)
        for place, column in enumerate(
            column for column in table.columns if any(str(cell) != UNKNOWN for cell in column.cells)
        )
    ]
    return smaller


def _titles(table: Table) -> list[str]:
    return [str(column.header) for column in table.columns]


def _rows(table: Table) -> list[list[str]]:
    return [list(row) for row in zip(*(map(str, column.cells) for column in table.columns), strict=True)]


def _write_lines(console: Console, table: Table, written: Callable[[str], str]) -> None:
    for row in (_titles(table), *_rows(table)):
        # Rich would turn the tabs into spaces.
        console.file.write("\t".join(written("; ".join(cell.split("\n"))) for cell in row) + "\n")


def _print_blocks(console: Console, table: Table) -> None:
    """Print each row as lines of titles and cells, none of which is torn apart."""
    titles = _titles(table)
    for row in _rows(table):
        lines, used = [Text()], 0
        for title, cell in zip(titles, row, strict=True):
            pair = Text.assemble((f"{title} " if title else "", "dim"), cell)
            if used and used + len(_GAP) + pair.cell_len > console.width:
                lines.append(Text(_INDENT))
                used = len(_INDENT)
            elif used:
                pair = Text(_GAP) + pair
            lines[-1].append_text(pair)
            used += pair.cell_len
        console.print(Text("\n").join(lines), soft_wrap=True)
