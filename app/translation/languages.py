"""The languages of the program: their names, their notation, and which one is meant by a system."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.translation.notation import Notation


@dataclass(frozen=True, slots=True)
class Language:
    """A language that the program speaks."""

    code: str
    """ISO 639-1; also the folder of its catalogue."""
    name: str
    """In the language itself."""
    notation: Notation
    country: str = ""
    """ISO 3166-1: whose calendar and digits Qt's own fields use."""
    is_right_to_left: bool = False


SYSTEM: Final = "system"
"""The setting that follows the system."""

ENGLISH: Final = Language("en", "English", Notation(), country="GB")

_FRENCH_MONTHS = (
    *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
    *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
)
_FRENCH = Notation(",", "\N{NARROW NO-BREAK SPACE}", months=_FRENCH_MONTHS)
_SPANISH_MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic")
_ARABIC_MONTHS = (
    *("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو"),
    *("يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"),
)

LANGUAGES: Final[tuple[Language, ...]] = (
    ENGLISH,
    Language("de", "Deutsch", Notation(",", ".", "dd.MM.yyyy"), country="DE"),
    Language("fr", "Français", _FRENCH, country="FR"),
    Language("es", "Español", Notation(",", ".", months=_SPANISH_MONTHS), country="ES"),
    # Western digits and signs, as in the laboratory reports of most Arabic-speaking countries; Qt has them
    # for the Emirates.
    Language("ar", "العربية", Notation(months=_ARABIC_MONTHS), country="AE", is_right_to_left=True),
)
"""In the order in which the settings offer them."""

_BY_CODE: Final = {language.code: language for language in LANGUAGES}


def chosen_language(setting: str, system_names: Sequence[str]) -> Language:
    """Return the language of a setting; of "system", the first one of the system that the program speaks.

    ``system_names`` are names such as "de-CH", "de_CH.UTF-8" or "de", the preferred one first.
    """
    if setting != SYSTEM:
        return _BY_CODE.get(setting, ENGLISH)
    codes = (name.replace("_", "-").split("-")[0].split(".")[0].casefold() for name in system_names)
    return next((_BY_CODE[code] for code in codes if code in _BY_CODE), ENGLISH)
