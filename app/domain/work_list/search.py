"""What is typed into the search line: words, and conditions such as ``band:urgent`` or ``-tag:done``.

Conditions about one field are alternatives; different fields, and words, must all hold. A minus before a
condition leaves out what it finds. The text is what people keep, and what a command line is given.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.analysis.triage import Band
from app.domain.case_filter import CaseFilter
from app.domain.errors import InvalidFieldError
from app.domain.work_list.days import day_span
from app.translation import _


class SearchField(StrEnum):
    """What a condition is about; the values are typed and kept."""

    BAND = "band"
    DUE = "due"
    IS = "is"
    SITE = "site"
    DIAGNOSIS = "diagnosis"
    TAG = "tag"
    ASSIGNED = "assigned"
    READER = "reader"
    MODEL = "model"
    CHECK = "check"
    IMPORTED = "imported"
    VISITED = "visited"
    DECIDED = "decided"


NONE: Final = "none"
ME: Final = "me"
OVERDUE: Final = "overdue"
THIS_WEEK: Final = "week"
YES, NO = "yes", "no"

BAND_BY_WORD: Mapping[str, Band | None] = {
    "urgent": Band.URGENT,
    "soon": Band.SOON,
    "routine": Band.ROUTINE,
    NONE: None,
}

STATE_BY_WORD: Mapping[str, CaseFilter] = {
    shown.value.replace(" ", "-"): shown
    for shown in CaseFilter
    if shown not in {CaseFilter.ALL, CaseFilter.URGENT, CaseFilter.SOON, CaseFilter.ROUTINE}
}
"""What ``is:`` can be followed by."""

PERMITTED: Mapping[SearchField, tuple[str, ...]] = {
    SearchField.BAND: tuple(BAND_BY_WORD),
    SearchField.DUE: (OVERDUE, THIS_WEEK),
    SearchField.IS: tuple(STATE_BY_WORD),
    SearchField.CHECK: (YES, NO),
}
"""The words of fields that have no others."""

DAY_FIELDS: Final = frozenset({SearchField.IMPORTED, SearchField.VISITED, SearchField.DECIDED})

_PART = re.compile(r'(-?)([A-Za-z]+):(?:"([^"]*)"|(\S+))|"([^"]*)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Condition:
    """One field that has to have a value, or must not have it."""

    field: SearchField
    value: str
    is_excluded: bool = False

    @property
    def text(self) -> str:
        """Return the condition as it is typed."""
        value = f'"{self.value}"' if re.search(r"\s", self.value) else self.value
        return f"{'-' if self.is_excluded else ''}{self.field.value}:{value}"


@dataclass(frozen=True, slots=True)
class CaseSearch:
    """Words that must all occur, and conditions."""

    words: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()


def parse_search(text: str) -> CaseSearch:
    """Return what a text asks for; what begins like no field is a word, and so is what stands in quotes.

    Raises:
        InvalidFieldError: a field cannot have the value that is given.
    """
    words: list[str] = []
    conditions: dict[Condition, None] = {}
    for found in _PART.finditer(text):
        minus, field, quoted, plain, phrase, word = found.groups()
        if field is not None and field.lower() in list(SearchField):
            condition = Condition(SearchField(field.lower()), (quoted or plain or "").strip(), bool(minus))
            conditions[checked_condition(condition)] = None
        else:
            words.append((phrase if phrase is not None else word or found.group()).casefold())
    return CaseSearch(tuple(word for word in words if word), tuple(conditions))


def words_alone(text: str) -> str:
    """Return a text without its conditions, begun ones too: what can be searched for while one types."""
    parts = (found for found in _PART.finditer(text) if not _names_field(found))
    return " ".join(found.group() for found in parts)


def _names_field(found: re.Match[str]) -> bool:
    name = found.group(2) or found.group().lstrip("-").removesuffix('"').removesuffix(":")
    is_named = name.lower() in list(SearchField)
    return is_named and (found.group(2) is not None or found.group().endswith((":", ':"')))


def checked_condition(condition: Condition) -> Condition:
    """Return a condition with the value as it is kept.

    Raises:
        InvalidFieldError: its field cannot have this value.
    """
    field, value = condition.field, condition.value
    if not value:
        raise InvalidFieldError("search", _("“{field}:” needs a value.").format(field=field.value))
    if '"' in value:
        raise InvalidFieldError("search", _("A value has no quotation marks inside."))
    if field in DAY_FIELDS:
        day_span(value)
    if (permitted := PERMITTED.get(field)) is not None:
        value = value.lower().replace(" ", "-")
        if value not in permitted:
            raise InvalidFieldError(
                "search",
                _("“{field}:” can be followed by {permitted}.").format(
                    field=field.value, permitted=", ".join(permitted)
                ),
            )
    return Condition(field, value, condition.is_excluded)


def search_text(words: str, conditions: tuple[Condition, ...]) -> str:
    """Return conditions and what else was typed as one text."""
    return " ".join(part for part in (*(condition.text for condition in conditions), words.strip()) if part)


def resolved(condition: Condition, user: str) -> Condition:
    """Return a condition with the name of the person in place of "me"."""
    is_about_person = condition.field in {SearchField.ASSIGNED, SearchField.READER}
    if is_about_person and condition.value.casefold() == ME:
        return Condition(condition.field, user, condition.is_excluded)
    return condition
