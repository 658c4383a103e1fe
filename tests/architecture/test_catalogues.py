"""What is translated fits what it translates: the same values are put in, and nothing is out of date."""

import gettext
import re
import runpy
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Message

from app.translation.languages import ENGLISH, LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "update_translations.py"))
CODES = [language.code for language in LANGUAGES if language is not ENGLISH]

_PUT_IN = re.compile(r"\{[^{}]*\}")
_OF_MENUS_AND_FILES = re.compile(r"\*\.[a-z]+")


@pytest.mark.parametrize("code", CODES)
def test_every_catalogue_is_up_to_date_and_compiled(code: str) -> None:
    catalogue, folder = SCRIPT["renewed"](code), SCRIPT["LOCALE"] / code / "LC_MESSAGES"
    assert (folder / "naevus.po").read_bytes() == SCRIPT["po_bytes"](catalogue), "run update_translations.py"
    assert (folder / "naevus.mo").read_bytes() == SCRIPT["mo_bytes"](catalogue), "run update_translations.py"


@pytest.mark.parametrize("code", CODES)
def test_without_a_translation_a_sentence_is_english_and_never_nothing(code: str) -> None:
    with (SCRIPT["LOCALE"] / code / "LC_MESSAGES" / "naevus.mo").open("rb") as opened:
        compiled = gettext.GNUTranslations(opened)
    plurals = [message.id for message in _messages(code) if not isinstance(message.id, str)]
    shown = [
        compiled.ngettext(one, many, number) for one, many in plurals for number in (0, 1, 2, 3, 11, 100)
    ]
    assert "" not in shown
    assert compiled.ngettext("{n} nobody", "{n} nobodies", 3) == "{n} nobodies"


@pytest.mark.parametrize("code", CODES)
def test_a_translation_puts_in_what_its_sentence_puts_in(code: str) -> None:
    pairs = [pair for message in _messages(code) for pair in _pairs(message)]
    wrong = [pair for pair in pairs if not _fits(*pair)]
    assert wrong == []


@pytest.mark.parametrize("code", CODES)
def test_a_translation_has_the_edges_of_its_sentence(code: str) -> None:
    """Parts of sentences begin or end with a space; a lost one would glue words together."""
    wrong = [
        (source, said)
        for message in _messages(code)
        for source, said in _pairs(message)
        if (source[:1].isspace() and not said[:1].isspace())
        or source.count("\n") != said.count("\n")
        or _OF_MENUS_AND_FILES.findall(source) != _OF_MENUS_AND_FILES.findall(said)
    ]
    assert wrong == []


def test_an_arabic_sentence_that_begins_with_other_letters_says_its_direction() -> None:
    """Without a mark Qt would take the direction of a name, and turn the sentence round it."""
    wrong = [
        said
        for message in _messages("ar")
        for _source, said in _pairs(message)
        if _has_arabic(said) and not said[:1].isspace() and _begins_otherwise(said)
    ]
    assert wrong == []


def test_the_safety_sentences_are_translated_into_every_language() -> None:
    text = [
        ROOT / "app" / "text" / name for name in ("research_use.py", "report.py", "bands.py", "scores.py")
    ]
    files = {file.relative_to(ROOT).as_posix() for file in text}
    for code in CODES:
        left = [
            message.id
            for message in SCRIPT["renewed"](code)
            if message.id
            and not SCRIPT["is_translated"](message)
            and any(file in files for file, _line in message.locations)
        ]
        assert left == [], code


@pytest.mark.parametrize("code", CODES)
def test_as_much_is_translated_as_the_readme_says(code: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    stated = re.search(r"at least \*\*(\d+) %\*\* of its sentences in each", readme)
    translated, of = SCRIPT["translated_share"](SCRIPT["renewed"](code))
    assert stated is not None
    assert 100 * translated / of >= int(stated[1])


def _messages(code: str) -> Iterator[Message]:
    return (message for message in SCRIPT["renewed"](code) if message.id)


def _pairs(message: Message) -> Iterator[tuple[str, str]]:
    if isinstance(message.id, str):
        yield from ((message.id, message.string),) if message.string else ()
        return
    one, many = message.id
    for number, said in enumerate(message.string):
        if said:
            yield (one if number == 0 and _PUT_IN.findall(said) == _PUT_IN.findall(one) else many), said


def _fits(source: str, said: str) -> bool:
    """Say whether the same is put in; the number alone may stand as a word, as in "two images"."""
    wanted, found = sorted(_PUT_IN.findall(source)), sorted(_PUT_IN.findall(said))
    return set(found) == set(wanted) or (len(wanted) - len(found) == 1 and set(found) < set(wanted))


def _has_arabic(text: str) -> bool:
    return any(unicodedata.bidirectional(letter) == "AL" for letter in text)


def _begins_otherwise(text: str) -> bool:
    if text.startswith("{"):
        return True
    first = next(letter for letter in text if unicodedata.bidirectional(letter) in ("L", "R", "AL"))
    return unicodedata.bidirectional(first) == "L"
