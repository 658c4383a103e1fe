from pathlib import Path

import cv2
import numpy as np
import pytest

from app.domain.errors import ExportError, InvalidFieldError
from app.usecases.exports.letterhead import (
    LETTERHEAD_FOLDER,
    fields_from_lines,
    logo_from,
    read_letterhead,
    write_letterhead,
)
from app.usecases.exports.report_layout import NO_LETTERHEAD, Letterhead


def a_picture_file(path: Path, height_px: int = 60, width_px: int = 90, channels: int = 3) -> Path:
    pixels = np.full((height_px, width_px, channels), 200, np.uint8)
    pixels[10:20, 10:20] = 0
    assert cv2.imwrite(str(path), pixels)
    return path


def test_what_was_entered_is_read_again(tmp_path: Path) -> None:
    assert read_letterhead(tmp_path) == NO_LETTERHEAD
    logo = logo_from(a_picture_file(tmp_path / "logo.jpg"))
    entered = Letterhead("Praxis Müller", ("Seestrasse 1", "8000 Zürich"), (("Ward", "“B” = 2"),), logo)
    write_letterhead(tmp_path, entered)
    assert read_letterhead(tmp_path) == entered
    write_letterhead(tmp_path, Letterhead("Praxis Müller"))
    assert read_letterhead(tmp_path) == Letterhead("Praxis Müller")


def test_a_logo_is_made_small_and_opaque(tmp_path: Path) -> None:
    logo = logo_from(a_picture_file(tmp_path / "logo.png", 900, 1800, channels=4))
    assert (logo.width_px, logo.height_px) == (800, 400)
    assert cv2.imdecode(np.frombuffer(logo.png, np.uint8), cv2.IMREAD_UNCHANGED).shape == (400, 800, 3)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"GIF89a" + bytes(90), "PNG or JPEG"), (bytes(5_000_001), "at most 5 MB"), (b"", "PNG or JPEG")],
)
def test_what_is_no_logo_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(InvalidFieldError, match=sentence):
        logo_from(tmp_path / "logo.png")


def test_a_damaged_logo_is_refused(tmp_path: Path) -> None:
    path = a_picture_file(tmp_path / "logo.png")
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(InvalidFieldError, match="damaged"):
        logo_from(path)


def test_fields_are_labels_with_texts() -> None:
    found = fields_from_lines("Referring physician: Dr. C. Huber\n\n  Time : 10:30 ")
    assert found == (("Referring physician", "Dr. C. Huber"), ("Time", "10:30"))
    with pytest.raises(InvalidFieldError, match="Label: text"):
        fields_from_lines("Dr. Huber")


@pytest.mark.parametrize(
    "too_much",
    [Letterhead("x" * 121), Letterhead(address_lines=("x",) * 7), Letterhead(fields=(("a", "b"),) * 9)],
)
def test_a_letterhead_that_fits_no_page_is_refused(tmp_path: Path, too_much: Letterhead) -> None:
    with pytest.raises(InvalidFieldError):
        write_letterhead(tmp_path, too_much)
    assert read_letterhead(tmp_path) == NO_LETTERHEAD


def test_a_damaged_letterhead_says_what_to_do(tmp_path: Path) -> None:
    write_letterhead(tmp_path, Letterhead("Praxis"))
    (tmp_path / LETTERHEAD_FOLDER / "letterhead.toml").write_text("name = ", encoding="utf-8")
    with pytest.raises(ExportError, match="enter it anew"):
        read_letterhead(tmp_path)


def test_half_a_character_does_not_keep_a_letterhead_from_being_stored(tmp_path: Path) -> None:
    write_letterhead(tmp_path, Letterhead("Clinic \ud83d", ("Ä \ud83d\ude00",), (("To", "\udcff"),)))
    read = read_letterhead(tmp_path)
    assert (read.name, read.address_lines) == ("Clinic \ufffd", ("Ä \U0001f600",))
    assert read.fields == (("To", "\ufffd"),)
