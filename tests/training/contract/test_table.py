"""Tables as spreadsheets, statistics programs and people write them."""

import re
from pathlib import Path

import pytest

from training.contract.table import Headless, TableError, opened_table

ROWS = [{"id": "a", "age": "55.0", "note": "grün"}, {"id": "b", "age": "", "note": "x"}]


def read(file: Path, **options: object) -> tuple[list[dict[str, str]], list[int], list[str]]:
    with opened_table(file, numbers=("age",), **options) as table:
        rows = list(table)
        return [row.cells for row in rows], [row.line for row in rows], list(table.notes())


def written(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    file = folder / "t.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return file


PLAIN = "id,age,note\na,55.0,grün\nb,,x\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "|"),
        PLAIN.replace("\n", "\r\n"),
        "id;age;note\na;55,0;grün\nb;;x\n",
        'id,age,note\na,"55,0",grün\nb,,x\n',
        "sep=;\nid;age;note\na;55,0;grün\nb;;x\n",
        '"id";"age";"note"\n"a";"55,0";"grün"\n"b";"";"x"\n',
        "id, age, note\na, 55.0, grün\nb, , x\n",
        "\n\nid,age,note\n\na,55.0,grün\n,,\nb,,x\n\n",
        "id,age,note,\na,55.0,grün,\nb,,x,\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_dialect_gives_the_same_rows(tmp_path: Path, content: str, encoding: str) -> None:
    rows, _, notes = read(written(tmp_path, content, encoding))
    assert rows == ROWS
    assert any("Windows-1252" in note for note in notes) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("content", "number"),
    [
        ("id;age\na;1,234\n", "1.234"),
        ('id,age\na,"1,234"\n', "1,234"),
        ('id,age\na,"1,2345"\n', "1.2345"),
        ("id;age\na;1.234,5\n", "1234.5"),
        ("id;age\na;-0,5\n", "-0.5"),
        ("id;age\na;5,6,7\n", "5,6,7"),
    ],
)
def test_a_comma_is_only_a_point_where_it_cannot_be_anything_else(
    tmp_path: Path, content: str, number: str
) -> None:
    assert read(written(tmp_path, content))[0] == [{"id": "a", "age": number}]


def test_commas_in_columns_of_words_stay(tmp_path: Path) -> None:
    assert read(written(tmp_path, "id;note\n1,5;2,5\n"))[0] == [{"id": "1,5", "note": "2,5"}]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (PLAIN, [2, 3]),
        ("\nsep=;\nid;age\na;1\n\nb;2\n", [4, 6]),
        ('id,note\na,"two\nlines"\nb,x\n', [3, 4]),
    ],
)
def test_rows_know_their_line_in_the_file(tmp_path: Path, content: str, lines: list[int]) -> None:
    assert read(written(tmp_path, content))[1] == lines


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("id,age,note\na,55,0,x\n", "Line 2 of t.csv has 4 cells, but the header has 3"),
        ("id,age,age\na,1,2\n", "2 columns called age"),
        ('id,note\na,"never closed\nb,x\n', "no table that can be read"),
        ("id,age\na,1\n".encode("utf-16-le"), "no table that can be read"),
        (b"\xff\xfeid,age\n", "no table that can be read"),
        ("id," + "x" * 200_000, "no table that can be read"),
    ],
)
def test_what_would_be_read_wrongly_is_refused(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        read(written(tmp_path, content))


def test_short_lines_are_counted_and_their_cells_empty(tmp_path: Path) -> None:
    rows, _, notes = read(written(tmp_path, "id,age\na\n"))
    assert rows == [{"id": "a", "age": ""}]
    assert "1 lines with fewer cells than the header, as line 2" in notes[0]


def test_bytes_that_are_no_unicode_are_not_guessed_at_on_demand(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no table in UTF-8"):
        read(written(tmp_path, PLAIN, "cp1252"), only_unicode=True)


def test_a_table_without_a_header_keeps_its_first_line(tmp_path: Path) -> None:
    headless = Headless(re.compile(r"[a-z]"), ("id", "label"))
    rows, lines, _ = read(written(tmp_path, "a,1\nb,0\n"), headless=headless)
    assert rows == [{"id": "a", "label": "1"}, {"id": "b", "label": "0"}]
    assert lines == [1, 2]
