"""Tables on terminals of any width, and in files."""

import io

import pytest
from rich.console import Console
from rich.table import Table

from app.domain.figures import with_common_spaces
from training.contract.terminal_tables import add_row, no_wrap_column, print_table

REPORT = "P-0815_2021-03-14_1111aaaa_report.pdf"


def a_table() -> Table:
    table = Table("urgency", "score", no_wrap_column("patient"), "file", "report")
    add_row(table, "Urgent", "75\N{NO-BREAK SPACE}%", "SAMPLE ISIC_0012684", "ISIC_0012684.jpg", REPORT)
    add_row(table, "Check image", "-", "SAMPLE ISIC_0000043", "a\tb\nc.jpg", "-")
    return table


def printed(width: int, *, is_terminal: bool) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=is_terminal, no_color=True)
    print_table(console, a_table(), for_programs=with_common_spaces)
    return stream.getvalue()


def test_a_wide_terminal_shows_a_ruled_table() -> None:
    first_row = next(line for line in printed(200, is_terminal=True).splitlines() if "Urgent" in line)
    assert REPORT in first_row
    assert "│" in first_row


@pytest.mark.parametrize("width", [40, 60, 80])
def test_on_a_narrow_terminal_every_word_stays_whole(width: int) -> None:
    text = printed(width, is_terminal=True)
    for words in (
        "Urgent",
        "75\N{NO-BREAK SPACE}%",
        "SAMPLE ISIC_0012684",
        "ISIC_0012684.jpg",
        REPORT,
        "Check image",
    ):
        assert words in text
    lines = [line for line in text.splitlines() if "\x1b" not in line or line.strip()]
    assert "│" not in text
    assert len(lines) <= (6 if width == 80 else 10)


def test_a_narrow_terminal_drops_first_what_is_known_of_no_row() -> None:
    table = Table("urgency", no_wrap_column("patient"), "site", "status")
    for patient in ("SAMPLE ISIC_0012684", "SAMPLE ISIC_0000043"):
        add_row(table, "-", patient, "-", "new")
    stream = io.StringIO()
    print_table(Console(file=stream, width=36, force_terminal=True, no_color=True), table)
    text = stream.getvalue()
    assert "│ SAMPLE ISIC_0012684 │ new" in text
    assert "urgency" not in text
    assert "site" not in text


def test_a_program_gets_one_line_for_each_row_with_tabs_and_common_spaces() -> None:
    titles, first, second = printed(80, is_terminal=False).splitlines()
    assert titles.split("\t") == ["urgency", "score", "patient", "file", "report"]
    assert first.split("\t") == ["Urgent", "75 %", "SAMPLE ISIC_0012684", "ISIC_0012684.jpg", REPORT]
    assert second.split("\t")[3] == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c.jpg"


def test_a_cell_of_several_lines_stays_in_its_row() -> None:
    stream = io.StringIO()
    table = Table("finding", "first of them")
    table.add_row("damaged", "a.png\nb.png")
    print_table(Console(file=stream), table)
    assert stream.getvalue() == "finding\tfirst of them\ndamaged\ta.png; b.png\n"
