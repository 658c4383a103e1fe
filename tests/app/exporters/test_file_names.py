import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.exporters import EXPORTERS
from app.exporters.atomic_output import deliver_file
from app.exporters.file_names import fitting_name, portable_stem
from app.usecases.exports.exporter import CaseFile, Exporter
from tests.builders import exported

pytestmark = pytest.mark.slow

LONG = ("x" * 250, "é" * 125, "名" * 84, "𠮷" * 63, "ก" * 84, "e\u0301" * 90)
"""Names of about 250 bytes in letters of one to four bytes, and one in decomposed form."""

KINDS = ("1 byte", "2", "3", "4", "Thai", "decomposed")
TRIED = [
    pytest.param(exporter, text, id=f"{exporter.name}-{kind}")
    for exporter in EXPORTERS
    for kind, text in zip(KINDS, LONG, strict=True)
    # A case in DICOM holds a report, too, and its files are named alike in both formats.
    if not exporter.name.startswith("dicom") or (exporter.name, kind) == ("dicom", "4")
]


@pytest.mark.parametrize(("exporter", "text"), TRIED)
@pytest.mark.parametrize("deidentified", [True, False])
def test_no_name_of_a_patient_or_file_is_too_long_for_an_export(
    exporter: Exporter, make_case: Callable[..., CaseFile], tmp_path: Path, text: str, deidentified: bool
) -> None:
    file = make_case()
    case = replace(
        file.case,
        patient=replace(file.case.patient, code=text, name=text),
        image=replace(file.case.image, file_name=f"{text}.jpg"),
    )
    for _ in range(2):
        written = exported(exporter, [replace(file, case=case)], tmp_path, deidentified=deidentified)
        assert all(path.is_file() for path in written)
        # What is left beside the ending is what encrypted folders allow.
        assert all(len(path.name.encode()) <= 143 for path in written)


@pytest.mark.parametrize(
    "text", [*LONG, "con", "COM¹", "lpt9.txt", "CONIN$", "aux ", "a. . ", 'a<b>:"|?*', "a\x00b"]
)
def test_the_name_of_a_case_is_one_that_windows_takes(text: str) -> None:
    name = portable_stem(text)
    assert name
    assert len(name.encode()) <= 120
    assert name == unicodedata.normalize("NFC", name)
    assert not set(name) & set('<>:"/\\|?*')
    assert not name.endswith((".", " "))
    assert name.split(".")[0].casefold() not in {"con", "com¹", "lpt9", "conin$", "aux"}


def test_vowel_marks_stay_in_names() -> None:
    assert portable_stem("हिन्दी") == "हिन्दी"
    assert portable_stem("ที่นี่") == "ที่นี่"


@pytest.mark.parametrize("addition", ["", " (2)", " (9999)"])
@pytest.mark.parametrize("stem", LONG)
def test_a_delivered_name_is_shortened_before_its_ending(stem: str, addition: str) -> None:
    name = fitting_name(f"{stem * 2}.pdf", addition)
    assert name.endswith(f"{addition}.pdf")
    assert 200 < len(name.encode()) <= 255
    assert name.startswith(stem[:4])


def test_two_deliveries_of_a_name_that_is_too_long_stand_side_by_side(tmp_path: Path) -> None:
    names = [deliver_file(tmp_path, "é" * 200 + ".csv", b"x").name for _ in range(3)]
    assert len(set(names)) == 3
    assert all(name.endswith(".csv") for name in names)
