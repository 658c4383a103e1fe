"""Which language is meant, and how it writes numbers, dates and plurals where a person reads them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.domain.fields import FIELDS, Choice
from app.domain.figures import unbroken
from app.text.bands import odds_words
from app.text.figures import difference_words, figure, image_count, moment, percent_words
from app.text.scores import missing_words
from app.text.stored_sentences import stored_words
from app.translation import _, day_text, in_numerals, language_in_use
from app.translation.catalogues import catalogue
from app.translation.environment import environment_languages
from app.translation.languages import LANGUAGES, chosen_language

Speaking = Callable[[str], None]

_DAY = date(2026, 3, 4)
_MARK = "\N{RIGHT-TO-LEFT MARK}"


@pytest.mark.parametrize(
    ("setting", "system", "code"),
    [
        ("system", ["de-CH", "en-GB"], "de"),
        ("system", ["it-IT", "fr_CA.UTF-8"], "fr"),
        ("system", ["C.UTF-8"], "en"),
        ("system", [], "en"),
        ("ar", ["de-DE"], "ar"),
        ("en", ["de-DE"], "en"),
    ],
)
def test_a_setting_comes_before_the_system(setting: str, system: list[str], code: str) -> None:
    assert chosen_language(setting, system).code == code


def test_a_command_takes_the_language_of_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "pt:es")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert chosen_language("system", environment_languages()).code == "es"


@pytest.mark.parametrize(
    ("code", "number", "day"),
    [
        ("en", "1,234.50", "04 Mar 2026"),
        ("de", "1.234,50", "04.03.2026"),
        ("fr", "1\N{NARROW NO-BREAK SPACE}234,50", "04 mars 2026"),
        ("es", "1.234,50", "04 mar 2026"),
        ("ar", "1,234.50", "04 مارس 2026"),
    ],
)
def test_numbers_and_days_are_written_as_the_language_does(
    speaking: Speaking, code: str, number: str, day: str
) -> None:
    speaking(code)
    assert (in_numerals("1,234.50"), day_text(_DAY)) == (number, day)
    assert _("nobody translated {size:,.2f} of {on:%d %b %Y}").format(size=1234.5, on=_DAY) == (
        f"nobody translated {number} of {day}"
    )


def test_figures_of_sentences_follow_and_words_that_are_put_in_do_not(speaking: Speaking) -> None:
    speaking("de")
    assert figure(0.8614) == "0,861"
    assert difference_words(0.01, -0.02, 0.04) == "+0,010  (\N{MINUS SIGN}0,020 bis +0,040)"
    assert moment(datetime(2026, 3, 4, 12, tzinfo=UTC)).startswith("04.03.2026, ")
    assert _("{name} is damaged.").format(name="table 1.2.xlsx") == "table 1.2.xlsx ist beschädigt."
    assert odds_words(1 / 20) == "1 von 20"


def test_each_language_has_its_own_plurals(speaking: Speaking) -> None:
    speaking("fr")
    assert [image_count(number) for number in (0, 1, 2)] == ["0 image", "1 image", "2 images"]
    speaking("ar")
    forms = [image_count(number).removeprefix(_MARK) for number in (0, 1, 2, 3, 11, 100)]
    assert forms == ["لا صور", "صورة واحدة", "صورتان", "3 صور", "11 صورة", "100 صورة"]


@pytest.mark.parametrize(("code", "small"), [("de", "< 1 %"), ("ar", "أقل من 1%")])
def test_a_small_share_cannot_be_misread(speaking: Speaking, code: str, small: str) -> None:
    speaking(code)
    assert percent_words(0.004).replace("\N{NO-BREAK SPACE}", " ") == small


def test_what_is_stored_in_english_is_shown_in_the_language(speaking: Speaking) -> None:
    speaking("de")
    said = "Score 61 % is at or above the urgent threshold (40 %)."
    shown = "Score 61 % liegt auf oder über der Schwelle für Dringend (40 %)."
    assert stored_words(unbroken(said)) == unbroken(shown)
    would_be = "Would be Routine with this boundary; stays Soon until a person accepts that."
    assert stored_words(would_be) == (
        "Wäre Routine aufgrund von: dieser Begrenzung; bleibt Bald, bis jemand dies annimmt."
    )
    assert stored_words("Nevus, Blue") == "Nävus, blauer"
    assert stored_words("What another version said.") == "What another version said."
    assert stored_words(None) == ""


def test_english_stays_as_it_is_stored() -> None:
    said = unbroken("Lesion score 0 %, but it reaches 12 % on one of its images.")
    assert stored_words(said) == said


def test_forms_show_their_words_and_keep_them(speaking: Speaking) -> None:
    speaking("de")
    by_name = {field.name: field.kind for field in FIELDS if isinstance(field.kind, Choice)}
    assert by_name["sex"].shown("female") == "Weiblich"
    assert by_name["site"].shown("head/neck") == "Kopf/Hals"
    assert by_name["fitzpatrick_skin_type"].shown("IV") == "Typ IV"
    assert missing_words(("sex",))[0] == "Nicht eingetragen: Geschlecht."


def test_a_broken_catalogue_leaves_the_program_in_english(
    speaking: Speaking, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "naevus.mo").write_bytes(b"not a catalogue")
    monkeypatch.setattr("app.translation.catalogues.path", lambda *parts: tmp_path / parts[-1])
    assert catalogue(LANGUAGES[1]).gettext("Close") == "Close"
    speaking("de")
    assert (_("Close"), language_in_use().code) == ("Close", "de")
