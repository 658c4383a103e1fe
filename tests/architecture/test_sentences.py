"""What people see goes through the translating function, when it is shown and not before."""

import ast
import runpy
from pathlib import Path

import pytest

from tests.architecture.sentences import calls_at_import, is_for_people, sentences

ROOT = Path(__file__).resolve().parents[2]

_TRANSLATED = ("app/text", "app/ui", "app/exporters/report")
"""Rooms where every sentence is translated."""

_NO_SENTENCES = {
    "Naevus": "the name of the program",
    "Fusion": "a style of Qt",
    "Tab": "a key",
    "Escape": "a key",
    "dd MMM yyyy": "a format of dates",
    "brush size": "the value of an enumeration",
    "measured on a ruler": "stored with the scale",
    "file type": "a key of an image's provenance",
    "colour profile": "a key of an image's provenance",
    "label at right": "the name of a style",
    "limits title": "the name of a style",
    "box title": "the name of a style",
    "0 beginbfchar": "an operator of PDF",
    "Metadata": "a type of PDF",
    "sRGB IEC61966-2.1": "the name of a colour space",
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'": "a rule for browsers",
}

_FILES = [file for room in _TRANSLATED for file in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("file", _FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_sentence_is_translated(file: Path) -> None:
    if file.name == "faces.py":
        pytest.skip("it names scripts of the world's languages, as Unicode does")
    untranslated = [
        sentence.text
        for sentence in sentences(ast.parse(file.read_text(encoding="utf-8")))
        if not sentence.is_translated and sentence.text not in _NO_SENTENCES
    ]
    assert untranslated == []


def test_nothing_is_translated_before_the_language_is_known() -> None:
    early = {
        file.name
        for file in (ROOT / "app").rglob("*.py")
        if any(calls_at_import(ast.parse(file.read_text(encoding="utf-8"))))
    }
    assert early == set()


def test_the_template_of_translations_is_up_to_date() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "extract_sentences.py"))
    assert script["TEMPLATE"].read_bytes() == script["template"]()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('def f(): label.setText("Not saved yet")', ["Not saved yet"]),
        ('def f(): label.setText(f"{n} files are left")', ["0 files are left"]),
        ('def f(): label.setText(_("Not saved yet"))', []),
        ('TABLE = {"a": "In use"}', ["In use"]),
        ('TABLE = {"a key here": N_("In use")}', []),
        ('def f(): """Say nothing at all."""', []),
        ('def f(): box.setObjectName("tool bar")', []),
    ],
)
def test_an_untranslated_sentence_is_found(source: str, found: list[str]) -> None:
    assert [one.text for one in sentences(ast.parse(source)) if not one.is_translated] == found


@pytest.mark.parametrize("text", ["muted", "tool_bar", "https://x.org/a b", "Ctrl+S", "", "{a b}"])
def test_names_and_keys_are_no_sentences(text: str) -> None:
    assert not is_for_people(text)
