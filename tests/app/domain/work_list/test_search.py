from datetime import UTC, date, datetime

import pytest

from app.domain.analysis.triage import Band
from app.domain.errors import InvalidFieldError
from app.domain.work_list.days import DaySpan, day_span
from app.domain.work_list.due import DueDays, Reckoning, waiting_of
from app.domain.work_list.saved_filter import checked_name
from app.domain.work_list.search import CaseSearch, Condition, SearchField, parse_search, search_text
from app.domain.work_list.tag import checked_person, checked_tag

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)


def test_conditions_and_words_are_told_apart() -> None:
    found = parse_search('band:Urgent tag:"second opinion" -is:corrected Meier "tag:x y" http://a:b')
    assert found == CaseSearch(
        ("meier", "tag:x y", "http://a:b"),
        (
            Condition(SearchField.BAND, "urgent"),
            Condition(SearchField.TAG, "second opinion"),
            Condition(SearchField.IS, "corrected", is_excluded=True),
        ),
    )
    assert parse_search(search_text('meier "tag:x y" http://a:b', found.conditions)) == found


@pytest.mark.parametrize(
    "text", ["band:red", "due:never", "is:new", 'tag:""', "imported:yesterday", "check:1"]
)
def test_a_condition_that_means_nothing_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(InvalidFieldError, match=r"\.$"):
        parse_search(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2024-2", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-03-14", date(2026, 3, 14), date(2026, 3, 14)),
        ("2026-01..2026-03", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-03-01..", date(2026, 3, 1), None),
        ("..2025", None, date(2025, 12, 31)),
    ],
)
def test_spans_of_days(text: str, first: date | None, last: date | None) -> None:
    assert day_span(text) == DaySpan(first, last)


@pytest.mark.parametrize("text", ["..", "2026-02-30", "2026-13", "2026-03..2026-01", "26", "0000"])
def test_what_is_no_span_of_days_is_refused(text: str) -> None:
    with pytest.raises(InvalidFieldError, match="no span of days"):
        day_span(text)


@pytest.mark.parametrize(("days", "overdue"), [(14, 0), (15, 1), (40, 26)])
def test_an_urgent_case_is_overdue_from_the_fifteenth_day(days: int, overdue: int) -> None:
    imported = (
        datetime(2026, 3, 29 - days, 23, tzinfo=UTC) if days < 29 else datetime(2026, 2, 17, 1, tzinfo=UTC)
    )
    reckoning = Reckoning(NOW)
    waiting = waiting_of(imported, Band.URGENT, reckoning)
    assert (waiting.days, waiting.days_overdue) == (days, overdue)
    assert (imported < reckoning.overdue_before(Band.URGENT)) == bool(overdue)


def test_the_days_of_a_clinic_hold_and_a_case_without_a_band_is_never_overdue() -> None:
    reckoning = Reckoning(NOW, DueDays(urgent=2, soon=3, routine=4))
    imported = datetime(2026, 3, 25, 12, tzinfo=UTC)
    overdue = [waiting_of(imported, band, reckoning).days_overdue for band in (*Band, None)]
    assert overdue == [2, 1, 0, 0]


@pytest.mark.parametrize("text", ["", "   ", 'a "b"', "x" * 41, "a\x07b"])
def test_a_tag_that_a_search_could_not_find_is_refused(text: str) -> None:
    with pytest.raises(InvalidFieldError):
        checked_tag(text)


def test_names_are_kept_with_single_spaces() -> None:
    assert (checked_tag(" tumour   board "), checked_person(" Dr  A "), checked_person("Nobody")) == (
        "tumour board",
        "Dr A",
        "",
    )


@pytest.mark.parametrize("name", ["", "undecided", "Second Look", "x" * 61])
def test_a_filter_is_not_named_like_a_part_of_the_list(name: str) -> None:
    with pytest.raises(InvalidFieldError):
        checked_name(name)
