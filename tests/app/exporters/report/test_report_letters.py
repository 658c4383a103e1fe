"""Names of every script in a report: read back with pypdf, compared with the glyphs that a shaper gives."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import bidi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from app.exporters.report.directions import levels_of
from app.exporters.report.lines import Line, lines_of
from app.exporters.report.pdf import ReportPdf
from app.exporters.report.style import BODY, printable, register_fonts, say
from app.exporters.report.text import ShapedText
from app.usecases.exports.exporter import CaseFile
from tests.builders import exported

MakeCase = Callable[..., CaseFile]

LEFT_TO_RIGHT = (
    "王小明",
    "喆堃祎赟",
    "陳大文, 髙橋",
    "山田 太郎 ヤマダ タロウ",
    "김철수 뷁 홍길동",
    "สมชาย ใจดี น้ำหนัก ปีที่แล้ว",
    "राजेश कुमार हिन्दी क्षत्रिय",
    "রাজ কুমার বাংলা",
    "தமிழ் கொ சரவணன்",
    "ഹരികുമാർ മലയാളം",
    "සිංහල ශ්‍රී",
    "မြန်မာ",
    "ខ្មែរ ភាសា",
    "ລາວ ນ້ຳ",
    "አማርኛ",
    "ქართული հայերեն Ελληνικά Кириллица",
    "Nguyễn Thị Hồng Nhung q̃",
)
RIGHT_TO_LEFT = ("דוד כהן", "שָׁלוֹם נִקּוּד", "محمد علي لا إله", "می‌خواهم علی‌رضا", "ދިވެހި")


def written(make_case: MakeCase, folder: Path, name: str, comment: str = "") -> str:
    case = make_case(name=name).case
    decision = replace(case.decisions[0], comment=comment or case.decisions[0].comment)
    file = make_case(name=name, case=replace(case, decisions=(decision,)))
    report = ReportPdf(lambda: datetime(2021, 4, 2, 12, 30, tzinfo=UTC))
    (path,) = exported(report, [file], folder, deidentified=False)
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def as_seen(line: Line) -> str:
    """Return the letters of a line from left to right."""
    return "".join(one.letters for run in line.runs for one in run.glyphs)


def test_names_of_every_script_can_be_read_back(make_case: MakeCase, tmp_path: Path) -> None:
    names = LEFT_TO_RIGHT + RIGHT_TO_LEFT
    text = written(make_case, tmp_path, "王小明", comment="\n".join(names))
    assert [name for name in names if name not in text] == []
    assert text.count("王小明") == 2
    assert "\N{WHITE SQUARE}" not in text


@pytest.mark.parametrize("name", LEFT_TO_RIGHT + RIGHT_TO_LEFT)
def test_a_name_has_a_glyph_for_every_letter(name: str) -> None:
    (line,) = lines_of(name, 10, 500)
    assert printable(name) == unicodedata.normalize("NFC", name)
    assert all(one.glyph != 0 for run in line.runs for one in run.glyphs)
    assert line.width_pt > 15


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("דוד כהן", "ןהכ דוד"),
        ("דוד כהן 12-34", "12-34 ןהכ דוד"),
        ("Patient כהן-12.", "Patient 12-ןהכ."),
        ("Report of דוד (גיל) end", "Report of (ליג) דוד end"),
        ("Report (Cohen) כהן", "Report (Cohen) ןהכ"),
        ("כהן (Cohen)", "(Cohen) ןהכ"),
        ("x [כהן] 3", "x [ןהכ] 3"),
        ("גובה 12 mm, רוחב", "בחור ,mm 12 הבוג"),
    ],
)
def test_lines_of_two_directions_follow_the_bidirectional_algorithm(text: str, seen: str) -> None:
    """Brackets are mirrored by the shaper, so they are compared without their sides."""
    (line,) = lines_of(text, 10, 500)
    sides = str.maketrans(")]", "([")
    assert as_seen(line).translate(sides) == seen.translate(sides)
    assert bidi.get_display(text).translate(sides) == seen.translate(sides)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text("\u05d0\u05d1\u05d2\u05dc\u06612a ()[],.-", min_size=1, max_size=14))
def test_any_mixture_agrees_with_a_second_implementation(text: str) -> None:
    """The other one is written in Rust; joined letters may share a glyph, so only letters are compared."""
    (line,) = lines_of(text.strip() or "a", 10, 500)
    sides = str.maketrans(")]", "([")
    assert as_seen(line).translate(sides) == bidi.get_display(text.strip() or "a").translate(sides)


def test_an_opening_bracket_opens_to_the_name_on_its_left_side() -> None:
    (line,) = lines_of("of דוד (גיל) end", 10, 500)
    (latin,) = lines_of("()", 10, 500)
    opening, closing = (one.glyph for one in latin.runs[0].glyphs)
    brackets = [one.glyph for run in line.runs for one in run.glyphs if one.letters in ("(", ")")]
    assert brackets == [opening, closing]


def test_arabic_letters_are_joined_and_lam_with_alef_is_one_glyph() -> None:
    (joined,) = lines_of("محمد", 10, 500)
    alone = [lines_of(letter, 10, 500)[0].runs[0].glyphs[0].glyph for letter in "محمد"]
    assert joined.runs[0].glyphs[-1].glyph != alone[0]
    (ligature,) = lines_of("لا", 10, 500)
    assert sum(one.glyph is not None for one in ligature.runs[0].glyphs) == 1
    assert as_seen(ligature) == "ال"


def test_long_texts_break_into_lines_that_fit() -> None:
    for text in (
        "这是一个很长的评论、病人说痣在变大。" * 9,
        "ผู้ป่วยบอกว่าไฝโตขึ้น" * 9,
        "זהו הערה ארוכה מאוד " * 9,
        "漢字 word " * 30,
    ):
        lines = lines_of(text, 8, 200)
        assert len(lines) > 1
        assert all(line.width_pt <= 200 + 1e-6 for line in lines)
        starts = [line.start for line in lines]
        kept = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
        assert "".join(kept) == text
        assert not any(part[0] in "、。" for part in kept)
        assert not any("\u0e31" <= part[0] <= "\u0e3a" or "\u0e47" <= part[0] <= "\u0e4e" for part in kept)


def test_a_long_text_is_divided_between_pages_without_losing_a_letter() -> None:
    register_fonts()
    text = "这是一个很长的评论、病人说痣在变大。\n" * 12
    whole = say(text)
    assert isinstance(whole, ShapedText)
    _, height = whole.wrap(120, 10_000)
    first, second = whole.split(120, height / 2)
    assert first.wrap(120, 10_000)[1] <= height / 2
    assert first.wrap(120, 10_000)[1] + second.wrap(120, 10_000)[1] == pytest.approx(height)
    assert (first.text + second.text).replace("\n", "") == text.replace("\n", "")


def test_a_letter_that_no_font_has_stands_as_its_number_and_the_report_says_so(
    make_case: MakeCase, tmp_path: Path
) -> None:
    one, other = (written(make_case, tmp_path, name) for name in ("𠮷野", "𠀋野"))
    assert "[U+20BB7]野" in one
    assert "No font of this report has these letters; their Unicode numbers stand for them: U+20BB7." in one
    assert "[U+2000B]野" in other
    assert "No font" not in written(make_case, tmp_path, "李小龍")


def test_a_deidentified_report_does_not_tell_by_a_missing_letter(make_case: MakeCase, tmp_path: Path) -> None:
    (path,) = exported(ReportPdf(), [make_case(name="𠮷野")], tmp_path, deidentified=True)
    assert "U+20BB7" not in "".join(page.extract_text() for page in PdfReader(path).pages)


def test_plain_text_is_left_to_reportlab() -> None:
    register_fonts()
    assert isinstance(say("Müller, 12 mm² ≥ 5 %"), Paragraph)


def test_a_code_at_the_foot_of_a_page_is_shaped_too(make_case: MakeCase, tmp_path: Path) -> None:
    case = make_case().case
    named = make_case(case=replace(case, patient=replace(case.patient, code="病历 7")))
    (path,) = exported(ReportPdf(), [named], tmp_path, deidentified=False)
    for page in PdfReader(path).pages:
        assert "Patient 病历 7." in page.extract_text()


def test_joiners_take_the_level_of_the_letter_before() -> None:
    text = "می‌خواهم"
    base, levels = levels_of(text)
    assert (base, levels) == (1, [1] * len(text))


def test_a_centred_or_right_aligned_text_stands_where_its_style_says() -> None:
    register_fonts()
    left, centred, right = (
        ShapedText("李", ParagraphStyle("x", parent=BODY, alignment=side), bold=False) for side in (0, 1, 2)
    )
    places = []
    for text in (left, centred, right):
        text.wrap(100, 100)
        places.append(text._left_of(text._lines[0]))
    assert places[0] == 0
    assert places[1] * 2 == pytest.approx(places[2])
