"""Reads the catalogue of a language, as scripts/compile_translations.py made it."""

import gettext
import logging

from app.translation.languages import ENGLISH, Language
from resources import path

_log = logging.getLogger(__name__)


def catalogue(language: Language) -> gettext.NullTranslations:
    """Return the translations of a language; a sentence that has none is itself."""
    if language is ENGLISH:
        return gettext.NullTranslations()
    file = path("locale", language.code, "LC_MESSAGES", "naevus.mo")
    try:
        with file.open("rb") as opened:
            return gettext.GNUTranslations(opened)
    except (OSError, ValueError, UnicodeError) as error:
        _log.warning("The catalogue %s cannot be read: %s", file, error)
        return gettext.NullTranslations()
