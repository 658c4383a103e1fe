"""What every sentence goes through before a person sees it, and the languages that it can be shown in.

``_("...")`` translates where it is called; ``ngettext`` chooses between singular and plural. Both are called
inside functions, when the text is shown: at import nobody knows the language yet. Tables of a module mark
their sentences with ``N_("...")`` and are translated where they are read. What goes into a sentence is named
in braces and put in afterwards, ``_("by {author}").format(author=...)``, so that a translation may move it;
numbers and dates are put in as the language writes them. Without a translation a sentence is itself. Nothing
that is stored is translated.
"""

import gettext
from datetime import date, datetime

from app.translation.catalogues import catalogue
from app.translation.languages import ENGLISH, Language
from app.translation.localised import LocalisedSentence
from app.translation.notation import Notation, date_text, numeral

_languages: list[gettext.NullTranslations] = [gettext.NullTranslations()]
_spoken: list[Language] = [ENGLISH]


def speak(language: Language) -> None:
    """Show every sentence, number and date in a language from now on."""
    _spoken[:] = [language]
    use_translations(catalogue(language))


def use_translations(translations: gettext.NullTranslations) -> None:
    """Show every sentence in other words from now on; numbers and dates stay as they are written."""
    _languages[:] = [translations]


def language_in_use() -> Language:
    """Return the language that sentences are shown in."""
    return _spoken[0]


def _(sentence: str) -> str:
    """Return a sentence in the language in use; "" stays ""."""
    return _with_notation(_languages[0].gettext(sentence)) if sentence else ""


def ngettext(one: str, many: str, number: int) -> str:
    """Return the sentence for one or for several in the language in use."""
    return _with_notation(_languages[0].ngettext(one, many, number))


def N_(sentence: str) -> str:  # noqa: N802
    """Mark a sentence of a table for translation, and return it as it is."""
    return sentence


def in_numerals(text: str) -> str:
    """Return a number that is written with a decimal point as the language in use writes it."""
    return numeral(text, _notation())


def day_text(day: date) -> str:
    """Return a day as the language in use writes it."""
    return date_text(day, _notation())


def moment_text(at: datetime) -> str:
    """Return a day and a time of day, in the time of this place, as the language in use writes them."""
    here = at.astimezone()
    return f"{day_text(here)}, {here:%H:%M}"


def _notation() -> Notation:
    return _spoken[0].notation


def _with_notation(sentence: str) -> str:
    return sentence if _spoken[0] is ENGLISH else LocalisedSentence(sentence, _notation())
