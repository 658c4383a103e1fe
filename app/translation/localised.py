"""A sentence into which numbers and dates are put as its language writes them."""

from datetime import date
from string import Formatter
from typing import Self

from app.translation.notation import Notation, date_text, numeral

_DATE = "%d %b %Y"
"""How sentences of the source ask for a day."""


class LocalisedSentence(str):
    """A translated sentence; ``format`` writes what is put in as the language does."""

    _notation: Notation

    def __new__(cls, sentence: str, notation: Notation) -> Self:
        """Return a sentence that knows how its language writes numbers."""
        made = super().__new__(cls, sentence)
        made._notation = notation
        return made

    def format(self, *args: object, **kwargs: object) -> str:
        """Return the sentence with values in it."""
        return _LocalFormatter(self._notation).vformat(str(self), args, kwargs)


class _LocalFormatter(Formatter):
    def __init__(self, notation: Notation) -> None:
        self._notation = notation

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, date) and _DATE in format_spec:
            return format(value, format_spec.replace(_DATE, date_text(value, self._notation)))
        written = format(value, format_spec)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return numeral(written, self._notation) if is_number else written
