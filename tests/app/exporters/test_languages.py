"""Reports are in the language in use, from right to left where it is read so; files for programs are not."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from app.exporters import EXPORTERS
from app.exporters.report.directions import levels_of
from app.exporters.report.pdf import ReportPdf
from app.exporters.report.style import BODY, LABEL_AT_RIGHT, in_reading_order, register_fonts, say
from app.translation import speak
from app.translation.languages import ENGLISH, chosen_language
from app.usecases.exports.exporter import Exporter
from tests.app.exporters.conftest import MakeCase
from tests.builders import exported

_OF_PROGRAMS = [
    exporter
    for exporter in EXPORTERS
    if exporter.name in ("csv_table", "coco_json", "labelme_json", "yolo_segments", "isic_folder")
]


@pytest.fixture
def speaking() -> Iterator[None]:
    yield
    speak(ENGLISH)


def _in(code: str) -> None:
    speak(chosen_language(code, ()))


@pytest.mark.usefixtures("speaking")
@pytest.mark.parametrize("exporter", _OF_PROGRAMS, ids=lambda exporter: exporter.name)
def test_files_for_programs_are_the_same_in_every_language(
    exporter: Exporter, make_case: MakeCase, tmp_path: Path
) -> None:
    contents = set()
    for code in ("en", "de", "ar"):
        _in(code)
        exported(exporter, [make_case()], tmp_path / code, deidentified=False)
        files = sorted(file for file in (tmp_path / code).rglob("*") if file.is_file())
        contents.add(hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest())
    assert len(_OF_PROGRAMS) == 5
    assert len(contents) == 1


@pytest.mark.usefixtures("speaking")
def test_a_report_is_in_the_language_with_its_decimals_and_dates(make_case: MakeCase, tmp_path: Path) -> None:
    _in("de")
    [path] = exported(ReportPdf(), [make_case()], tmp_path, deidentified=False)
    report = PdfReader(path)
    text = " ".join(" ".join(page.extract_text() for page in report.pages).split())
    assert report.root_object["/Lang"] == "de"
    for words in (
        "Dermatoskopiebericht",
        "Kein Medizinprodukt",
        "14.03.2021",
        "Ärztliche Entscheidung",
        "0,310",
    ):
        assert words in text, words


@pytest.mark.usefixtures("speaking")
def test_an_arabic_report_is_mirrored_and_read_from_right_to_left(
    make_case: MakeCase, tmp_path: Path
) -> None:
    register_fonts()
    sentence = "mambaderm 2: الأوزان 71bb"
    assert levels_of(sentence)[0] == 0
    assert levels_of(sentence, is_right_to_left=True)[0] == 1
    assert levels_of("mambaderm 2", is_right_to_left=True)[0] == 0
    assert in_reading_order(["a", "b"]) == ["a", "b"]
    _in("ar")
    assert in_reading_order(["a", "b"]) == ["b", "a"]
    assert [say("الآفة", style).style.alignment for style in (BODY, LABEL_AT_RIGHT)] == [2, 0]
    [path] = exported(ReportPdf(), [make_case()], tmp_path, deidentified=False)
    report = PdfReader(path)
    assert report.root_object["/Lang"] == "ar"
