"""Conditions of a search in words, and what can be typed to complete one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.domain.case_filter import CaseFilter
from app.domain.work_list.search import (
    BAND_BY_WORD,
    DAY_FIELDS,
    ME,
    NO,
    NONE,
    OVERDUE,
    STATE_BY_WORD,
    THIS_WEEK,
    YES,
    Condition,
    SearchField,
)
from app.domain.work_list.tag import NOBODY
from app.text.bands import band_words
from app.text.stored_sentences import stored_words
from app.text.work_list import site_words
from app.translation import N_, _
from app.usecases.work_list.keep_filter import KnownWords

FIELD_WORDS: Mapping[SearchField, str] = {
    SearchField.BAND: N_("Band"),
    SearchField.DUE: N_("Due"),
    SearchField.IS: N_("State"),
    SearchField.SITE: N_("Site"),
    SearchField.DIAGNOSIS: N_("Diagnosis"),
    SearchField.TAG: N_("Tag"),
    SearchField.ASSIGNED: N_("Assigned to"),
    SearchField.READER: N_("Read by"),
    SearchField.MODEL: N_("Scored by"),
    SearchField.CHECK: N_("Image to check"),
    SearchField.IMPORTED: N_("Imported"),
    SearchField.VISITED: N_("Visit"),
    SearchField.DECIDED: N_("Decided"),
}

PART_WORDS: Mapping[CaseFilter, str] = {
    CaseFilter.UNDECIDED: N_("Not decided"),
    CaseFilter.OUTCOME_UNKNOWN: N_("Decided, outcome unknown"),
    CaseFilter.URGENT: N_("Urgent"),
    CaseFilter.SOON: N_("Soon"),
    CaseFilter.ROUTINE: N_("Routine"),
    CaseFilter.WITHOUT_BAND: N_("Without a score"),
    CaseFilter.UNCORRECTED: N_("Boundary not reviewed"),
    CaseFilter.CORRECTED: N_("Boundary corrected"),
    CaseFilter.CONFIRMED: N_("Boundary confirmed"),
    CaseFilter.SKIPPED: N_("Boundary skipped"),
    CaseFilter.SECOND_LOOK: N_("For a second look"),
}
"""The parts of the work list in their order."""

_DAY_EXAMPLES = N_("for example 2026-03 or 2026-01-01..2026-03-31")


@dataclass(frozen=True, slots=True)
class Completion:
    """What can be typed next, and what it means."""

    text: str
    """A whole condition, or a field with a colon behind it."""
    words: str

    @property
    def is_whole(self) -> bool:
        """Say whether nothing has to follow."""
        return not self.text.endswith(":")


def condition_words(condition: Condition) -> str:
    """Return a condition as it stands on a chip."""
    words = _("{field}: {value}").format(
        field=_(FIELD_WORDS[condition.field]), value=value_words(condition.field, condition.value)
    )
    return _("Not {condition}").format(condition=words) if condition.is_excluded else words


def value_words(field: SearchField, value: str) -> str:
    """Return the value of a condition as it is shown."""
    special = {
        NONE: _("none"),
        NOBODY: _("nobody"),
        ME: _("me"),
        OVERDUE: _("overdue"),
        THIS_WEEK: _("within 7 days"),
        YES: _("yes"),
        NO: _("no"),
    }
    if value.casefold() in special:
        return special[value.casefold()]
    if field is SearchField.BAND and (band := BAND_BY_WORD.get(value)) is not None:
        return band_words(band)
    if field is SearchField.IS and (part := STATE_BY_WORD.get(value)) is not None:
        return _(PART_WORDS[part])
    if field is SearchField.SITE:
        return site_words(value)
    return stored_words(value) if field is SearchField.DIAGNOSIS else value


def completions(begun: str, known: KnownWords) -> list[Completion]:
    """Return how what was begun can be completed; of a plain word, by fields and values that begin so."""
    minus, typed = ("-", begun[1:]) if begun.startswith("-") else ("", begun)
    name, colon, value = typed.partition(":")
    wanted = value.lstrip('"').casefold()
    found: list[Completion] = []
    for field in SearchField:
        if colon and field.value == name.lower():
            fitting = [each for each in _of_field(field, minus, known) if _fits(each, wanted)]
            return sorted(fitting, key=lambda each: not _begins_so(each, wanted))
        if not colon and _begins(field, typed):
            found.append(Completion(f"{minus}{field.value}:", _field_hint(field)))
    if not colon and typed:
        fields = (field for field in SearchField if not _begins(field, typed))
        values = (each for field in fields for each in _of_field(field, minus, known))
        found += [each for each in values if each.is_whole and _begins_so(each, typed.casefold())]
    return found


def _begins(field: SearchField, typed: str) -> bool:
    """Say whether a field's name, or its name in the language of the window, begins so."""
    wanted = typed.casefold()
    return field.value.startswith(wanted) or _(FIELD_WORDS[field]).casefold().startswith(wanted)


def _field_hint(field: SearchField) -> str:
    words = _(FIELD_WORDS[field])
    return f"{words}, {_(_DAY_EXAMPLES)}" if field in DAY_FIELDS else words


def _of_field(field: SearchField, minus: str, known: KnownWords) -> Iterator[Completion]:
    for value in _values(field, known):
        condition = Condition(field, value, bool(minus))
        yield Completion(condition.text, condition_words(condition))


def _values(field: SearchField, known: KnownWords) -> Iterable[str]:
    values: Mapping[SearchField, Iterable[str]] = {
        SearchField.BAND: BAND_BY_WORD,
        SearchField.DUE: (OVERDUE, THIS_WEEK),
        SearchField.IS: STATE_BY_WORD,
        SearchField.CHECK: (YES, NO),
        SearchField.SITE: (*known.sites, NONE),
        SearchField.DIAGNOSIS: (*known.diagnoses, NONE),
        SearchField.TAG: (*known.tags, NONE),
        SearchField.ASSIGNED: (ME, NOBODY, *known.people),
        SearchField.READER: (ME, *known.people),
        SearchField.MODEL: known.models,
    }
    return values.get(field, ())


def _value_of(each: Completion) -> str:
    return each.text.partition(":")[2].strip('"').casefold()


def _fits(each: Completion, wanted: str) -> bool:
    shown = each.words.partition(": ")[2].casefold()
    return wanted in _value_of(each) or wanted in shown


def _begins_so(each: Completion, wanted: str) -> bool:
    shown = each.words.partition(": ")[2].casefold()
    return _value_of(each).startswith(wanted) or shown.startswith(wanted)
