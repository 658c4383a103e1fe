"""Tables are read whatever program wrote them, and what is no table is refused in one sentence."""

import json
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from app.domain.errors import UnreadableFileError
from app.importers.tables import metadata_table
from app.importers.tables.table_file import read_table
from tests.app.importers.tables.table_files import PH2_TEXT, a_table, a_workbook, ph2_rows


def cells_of(path: Path) -> list[dict[str, str]]:
    return [line.cells for line in read_table(path).lines()]


@pytest.mark.parametrize(
    ("separator", "encoding"),
    [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16"), (";", "cp1252"), (";", "cp1250"), ("|", "utf-8")],
)
def test_separator_and_encoding_are_found_by_themselves(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    lines = [["file", "sex", "note"], ["a.jpg", "male", "Größe"], ["b.jpg", "female", "Schläfe"]]
    text = "".join(separator.join(line) + "\r\n" for line in lines)

    assert cells_of(a_table(tmp_path, "t.csv", text, encoding)) == [
        dict(zip(lines[0], line, strict=True)) for line in lines[1:]
    ]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("plik;płeć\na.jpg;mężczyzna\nż.jpg;kobieta żółć\n", "cp1250"), ("файл;пол\n1.jpg;мужской\n", "cp1251")],
)
def test_a_table_of_another_alphabet_is_read_in_its_encoding_and_that_is_said(
    tmp_path: Path, text: str, encoding: str
) -> None:
    notes: list[str] = []
    table = read_table(a_table(tmp_path, "t.csv", text, encoding))

    assert [list(line.cells.values()) for line in table.lines(notes)] == [
        line.split(";") for line in text.splitlines()[1:]
    ]
    assert [encoding in note for note in notes] == [True]


def test_the_apostrophe_that_shields_a_formula_is_taken_off_and_a_plain_one_stays(tmp_path: Path) -> None:
    path = a_table(tmp_path, "t.csv", "file,label\na.jpg,'=1+1\nb.jpg,'s-Heerenberg\nc.jpg,''quoted\n")

    assert [cells["label"] for cells in cells_of(path)] == ["=1+1", "'s-Heerenberg", "'quoted"]


def test_a_workbook_gives_numbers_days_and_truth_as_a_person_types_them(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["file", "age", "size", "day", "before"],
        ["a.jpg", 45.0, 6.5, datetime(2024, 3, 17), True],
    ]

    assert cells_of(a_workbook(tmp_path, rows)) == [
        {"file": "a.jpg", "age": "45", "size": "6.5", "day": "2024-03-17", "before": "true"}
    ]


def test_the_header_of_a_workbook_is_found_below_its_legends(tmp_path: Path) -> None:
    table = read_table(a_workbook(tmp_path, ph2_rows()))

    assert table.columns[:3] == ("Image Name", "Histological Diagnosis", "Common Nevus")
    assert [(line.number, line.cells["Image Name"]) for line in table.lines()] == [
        (14, "IMD003"),
        (15, "IMD061"),
    ]


def test_the_text_table_of_ph2_is_read_by_its_double_bars(tmp_path: Path) -> None:
    found = cells_of(a_table(tmp_path, "PH2_dataset.txt", PH2_TEXT))

    assert [(one["Name"], one["Clinical Diagnosis"]) for one in found] == [("IMD003", "0"), ("IMD061", "2")]


@pytest.mark.parametrize(
    "text",
    [
        '[{"isic_id": "ISIC_1", "metadata": {"clinical": {"sex": "male", "age_approx": 45}}}]',
        '{"results": [{"isic_id": "ISIC_1", "metadata": {"clinical": {"sex": "male", "age_approx": 45}}}]}',
        '{"isic_id": "ISIC_1", "sex": "male", "age_approx": 45, "extra": NaN}\n{"isic_id": "ISIC_2"}\n',
    ],
)
def test_json_is_read_as_a_list_an_answer_of_the_archive_or_lines(tmp_path: Path, text: str) -> None:
    first = cells_of(a_table(tmp_path, "t.json", text))[0]

    assert (first["isic_id"], first["sex"], first["age_approx"]) == ("ISIC_1", "male", "45")
    assert first.get("extra", "") == ""


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("t.csv", "", "empty"),
        ("t.csv", 'file,sex\na.jpg,"male\n', "no table that can be read"),
        ("t.csv", "file,sex\na.jpg,male,45\n", "3 cells, but the header has 2"),
        ("t.csv", "file,sex,sex\na.jpg,male,male\n", "2 columns called sex"),
        ("t.csv", "file,note\na.jpg," + "x" * 30_000 + "\n", "more than 20,000 letters"),
        ("t.json", '[{"file": "a.jpg"', "no JSON that can be read"),
        ("t.json", "[1, 2]", "no list of objects"),
        ("t.json", "[" * 100_000, "nested too deeply"),
        ("t.pdf", "%PDF-1.7", "PDF"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = a_table(tmp_path, name, text)

    with pytest.raises(UnreadableFileError, match=said):
        list(read_table(path).lines())


def test_a_missing_file_and_a_damaged_workbook_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="not a file"):
        read_table(tmp_path / "nowhere.csv")
    damaged = a_workbook(tmp_path, [["file", "sex"], ["a.jpg", "male"]])
    damaged.write_bytes(damaged.read_bytes()[:-300])
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_table(damaged)


def test_formulas_that_nobody_worked_out_are_refused_instead_of_read_as_empty(tmp_path: Path) -> None:
    path = a_workbook(tmp_path, [["file", "age"], ["a.jpg", "=40+5"]])

    with pytest.raises(UnreadableFileError, match="formulas without their values"):
        read_table(path)


def test_a_workbook_that_unpacks_to_a_thousand_times_its_size_is_not_opened(tmp_path: Path) -> None:
    path = a_workbook(tmp_path, [["file", "age"], ["a.jpg", 45]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 60_000_000)

    with pytest.raises(UnreadableFileError, match="would unpack to"):
        read_table(path)


def test_a_workbook_with_entities_in_its_xml_is_refused(tmp_path: Path) -> None:
    path = a_workbook(tmp_path, [["file", "age"], ["a.jpg", 45]])
    hostile = tmp_path / "hostile.xlsx"
    with zipfile.ZipFile(path) as sound, zipfile.ZipFile(hostile, "w") as written:
        for name in sound.namelist():
            content = sound.read(name)
            if name.startswith("xl/worksheets/"):
                content = content.replace(b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "aaaa">]><worksheet', 1)
            written.writestr(name, content)

    with pytest.raises(UnreadableFileError, match="damaged"):
        list(read_table(hostile).lines())


def test_a_workbook_with_a_wrong_byte_is_read_or_refused_in_a_sentence(tmp_path: Path) -> None:
    path = a_workbook(tmp_path, [["file", "sex"], ["a.jpg", "male"]])
    content, refused = path.read_bytes(), 0
    for at in range(0, len(content), 37):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        try:
            list(read_table(path).lines())
        except UnreadableFileError:
            refused += 1
    assert refused > 20


def test_a_workbook_without_a_table_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")

    with pytest.raises(UnreadableFileError, match="holds no table"):
        read_table(tmp_path / "empty.xlsx")


def test_a_table_with_too_many_lines_stops_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata_table, "MOST_LINES", 3)
    path = a_table(tmp_path, "t.csv", "file,sex\n" + "a.jpg,male\n" * 4)

    with pytest.raises(UnreadableFileError, match="more than 3 lines"):
        list(read_table(path).lines())


def test_lines_of_json_keep_the_columns_that_only_later_lines_have(tmp_path: Path) -> None:
    path = a_table(tmp_path, "t.json", json.dumps([{"file": "a.jpg"}, {"file": "b.jpg", "sex": "male"}]))

    assert cells_of(path) == [{"file": "a.jpg", "sex": ""}, {"file": "b.jpg", "sex": "male"}]
