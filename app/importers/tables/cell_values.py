"""From the cells of a table to what may be stored in the fields of a case; says in words what is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain import case_fields
from app.domain.anatomic_sites import AnatomicSite, site_named
from app.domain.errors import InvalidFieldError
from app.domain.fields import CaseField, Choice, Day, FieldValue, Note, Number, Text, YesNo
from app.domain.ids import is_id
from app.domain.people.placeholder import is_placeholder
from app.domain.vocabulary import Vocabulary
from app.translation import _
from training.contract.body_sites import EXACT_COLUMN, exact_site_text, general_site, site_words
from training.contract.table_words import known, sex, years

_LONGEST_TEXT, _LONGEST_NOTE = 200, 10_000

_YES: Final = frozenset({"true", "yes", "y", "1", "1.0", "x", "ja", "j", "wahr", "oui", "positive"})
_NO: Final = frozenset({"false", "no", "n", "0", "0.0", "nein", "falsch", "non", "negative"})

_SIDES: Final = {"l": "left", "r": "right", "m": "midline", "links": "left", "rechts": "right"}

_SKIN_TYPES: Final = {"1": "I", "2": "II", "3": "III", "4": "IV", "5": "V", "6": "VI"}
_SKIN_TYPE = re.compile(r"(?:type|typ|fst|fitzpatrick)?[\s_-]*([1-6]|[iv]{1,3})(?:\.0)?", re.IGNORECASE)

_WHOLE = re.compile(r"([0-9]+)[.,]0+")

_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: .*)?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")


@dataclass(frozen=True)
class CellReader:
    """Understands cells with the words of the forms."""

    vocabulary: Vocabulary
    today: date

    def value(self, field: CaseField, cell_by_column: Mapping[str, str]) -> FieldValue:
        """Return what the cells of a line say about a field, None or "" where nothing is known.

        Args:
            field: a field of the forms.
            cell_by_column: the cells of the columns that mean the field; only a site may need several.

        Raises:
            InvalidFieldError: what stands there is not permitted; the message says why.
        """
        text = _first_known(cell_by_column)
        match field.kind:
            case Choice():
                return self._choice(field, text, cell_by_column)
            case YesNo():
                return _yes_or_no(field, text)
            case Number():
                return self._number(field, text)
            case Day():
                return self.day(text, field.name)
            case Text():
                return _line(field, text)
            case Note():
                return _within(field, text.strip(), _LONGEST_NOTE)

    def _choice(self, field: CaseField, text: str, cell_by_column: Mapping[str, str]) -> str | None:
        assert isinstance(field.kind, Choice)
        permitted = self.vocabulary.permitted[field.kind.terms]
        if field.kind.terms == "site":
            return self._site(field, cell_by_column, permitted)
        if field.kind.terms == "anatomic_site":
            return self._exact_site(field, cell_by_column)
        if field.kind.terms == "laterality":
            text = _SIDES.get(text.casefold(), text)
        if field.kind.terms == "sex" and text:
            text = sex(text) or text
        if field.kind.terms == "fitzpatrick_skin_type" and (found := _SKIN_TYPE.fullmatch(text)):
            text = _SKIN_TYPES.get(found[1], found[1])
        return case_fields.choice(field.name, text, permitted)

    def _site(
        self, field: CaseField, cell_by_column: Mapping[str, str], permitted: tuple[str, ...]
    ) -> str | None:
        cells = {column.lower(): known(cell) for column, cell in cell_by_column.items()}
        text = site_words(cells) or _first_known(cell_by_column)
        if not text:
            return None
        found = general_site(text)
        if found == "torso" and exact_site_text(cells) == text and self._named_exactly(text) is not None:
            return None
        if found == "torso":
            raise InvalidFieldError(
                field.name,
                _("“{text}” does not tell the front of the torso from its back or side.").format(text=text),
            )
        return case_fields.choice(field.name, found or text, permitted)

    def _exact_site(self, field: CaseField, cell_by_column: Mapping[str, str]) -> str | None:
        """Return the path of a site; what is none of the dictionary's is only the general site's matter."""
        cells = {column.lower(): known(cell) for column, cell in cell_by_column.items()}
        text = exact_site_text(cells) or _first_known(cell_by_column)
        if not text:
            return None
        if (site := self._named_exactly(text)) is not None:
            return site.path
        if ":" not in text and EXACT_COLUMN in cells:
            # An older vocabulary, such as "head/neck", under the dictionary's header.
            return None
        raise InvalidFieldError(
            field.name, _("“{text}” is no site of the ISIC dictionary.").format(text=text)
        )

    def _named_exactly(self, text: str) -> AnatomicSite | None:
        return site_named(self.vocabulary.anatomic_sites, text)

    def _number(self, field: CaseField, text: str) -> int | float | None:
        assert isinstance(field.kind, Number)
        if field.name == "age_years":
            text = years(text) or text
        if whole := _WHOLE.fullmatch(text):
            text = whole[1]
        return field.kind.parse(text, self.today)

    def day(self, text: str, name: str = "day") -> date | None:
        """Return the day that a cell names, None where it names none; raises InvalidFieldError."""
        if not text:
            return None
        day = _written_day(name, text)
        if day > self.today:
            raise InvalidFieldError(name, _("“{text}” lies in the future.").format(text=text))
        return day


def _first_known(cell_by_column: Mapping[str, str]) -> str:
    return next((text for cell in cell_by_column.values() if (text := known(cell))), "")


def _yes_or_no(field: CaseField, text: str) -> bool | None:
    word = text.casefold()
    if not word:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    raise InvalidFieldError(field.name, _("“{text}” is neither yes nor no.").format(text=text))


def _line(field: CaseField, text: str) -> str:
    line = " ".join(text.split())
    if field.name == "code" and line and is_placeholder(line):
        raise InvalidFieldError(
            field.name, _("“{line}” is a placeholder and names nobody.").format(line=line)
        )
    if field.name == "label" and is_id(line):
        # The column of our own tables that says which lesion it is, not what it is called.
        return ""
    return _within(field, line, _LONGEST_TEXT)


def _within(field: CaseField, text: str, longest: int) -> str:
    if len(text) > longest:
        raise InvalidFieldError(
            field.name,
            _("The text has {count:,} letters; {longest:,} are permitted.").format(
                count=len(text), longest=longest
            ),
        )
    if any(ord(letter) < 32 and letter not in "\n\t\r" for letter in text):
        raise InvalidFieldError(field.name, _("The text holds control characters."))
    return text


def _written_day(name: str, text: str) -> date:
    for pattern in (_ISO_DAY, _COMPACT_DAY):
        if found := pattern.fullmatch(text):
            return _day_of(name, text, int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.fullmatch(text):
        return _day_of(name, text, int(found[3]), int(found[2]), int(found[1]))
    if found := _SLASHED.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        if first <= 12 and second <= 12 and first != second:
            raise InvalidFieldError(
                name,
                _("“{text}” can be two days; write it as {year}-{second:02}-{first:02} or so.").format(
                    text=text, year=year, second=second, first=first
                ),
            )
        month, day = (second, first) if first > 12 else (first, second)
        return _day_of(name, text, year, month, day)
    raise InvalidFieldError(name, _("“{text}” is no day; write it as 2024-03-17.").format(text=text))


def _day_of(name: str, text: str, year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise InvalidFieldError(name, _("“{text}” is no day of the calendar.").format(text=text)) from None
    if year < case_fields.EARLIEST_BIRTH_YEAR:
        raise InvalidFieldError(name, _("“{text}” lies too far back.").format(text=text))
    return found
