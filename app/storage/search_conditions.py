"""The conditions of a search, in the words of SQL, on the lines of the work list."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.domain.analysis.triage import Band
from app.domain.audit import AuditKind
from app.domain.case_filter import CaseFilter
from app.domain.work_list.days import day_span
from app.domain.work_list.due import Reckoning
from app.domain.work_list.search import (
    BAND_BY_WORD,
    NONE,
    OVERDUE,
    STATE_BY_WORD,
    YES,
    Condition,
    SearchField,
    resolved,
)
from app.domain.work_list.tag import NOBODY
from app.storage.rows import (
    CONFIRMED_RANK,
    CORRECTED_RANK,
    NOT_REVIEWED_RANK,
    AuditEventRow,
    CaseIndexRow,
    ReadingRow,
)

_DAYS_OF_A_WEEK: Final = 7


def _last_act_is(act: AuditKind, taken_back_by: AuditKind) -> ColumnElement[bool]:
    """Say whether an act about an image was not taken back since."""
    later = aliased(AuditEventRow)
    taken_back = select(later.sequence).where(
        later.what == taken_back_by.value,
        later.subject == AuditEventRow.subject,
        later.sequence > AuditEventRow.sequence,
    )
    standing = select(AuditEventRow.subject).where(
        AuditEventRow.what == act.value, ~taken_back.correlate(AuditEventRow).exists()
    )
    return CaseIndexRow.image_id.in_(standing)


PARTS: Mapping[CaseFilter, tuple[ColumnElement[bool], ...]] = {
    CaseFilter.ALL: (),
    CaseFilter.UNDECIDED: (CaseIndexRow.status != "decided",),
    CaseFilter.OUTCOME_UNKNOWN: (
        CaseIndexRow.status == "decided",
        CaseIndexRow.is_outcome_known.is_(False),
    ),
    CaseFilter.URGENT: (CaseIndexRow.queue_band == int(Band.URGENT),),
    CaseFilter.SOON: (CaseIndexRow.queue_band == int(Band.SOON),),
    CaseFilter.ROUTINE: (CaseIndexRow.queue_band == int(Band.ROUTINE),),
    CaseFilter.WITHOUT_BAND: (CaseIndexRow.queue_band.is_(None),),
    CaseFilter.UNCORRECTED: (CaseIndexRow.correction_rank == NOT_REVIEWED_RANK,),
    CaseFilter.CORRECTED: (CaseIndexRow.correction_rank == CORRECTED_RANK,),
    CaseFilter.CONFIRMED: (CaseIndexRow.correction_rank == CONFIRMED_RANK,),
    CaseFilter.SKIPPED: (
        CaseIndexRow.correction_rank == NOT_REVIEWED_RANK,
        _last_act_is(AuditKind.BOUNDARY_SKIPPED, AuditKind.BOUNDARY_TAKEN_UP),
    ),
    CaseFilter.SECOND_LOOK: (_last_act_is(AuditKind.SECOND_LOOK_ASKED, AuditKind.SECOND_LOOK_WITHDRAWN),),
}


def is_overdue(reckoning: Reckoning, *, in_days: int = 0) -> ColumnElement[bool]:
    """Say whether a case without a decision has been waiting for longer than its band permits."""
    late = (
        and_(
            CaseIndexRow.queue_band == int(band),
            CaseIndexRow.imported_at < reckoning.overdue_before(band, in_days=in_days),
        )
        for band in Band
    )
    return and_(CaseIndexRow.status != "decided", or_(*late))


def conditions_in_sql(conditions: Sequence[Condition], reckoning: Reckoning) -> list[ColumnElement[bool]]:
    """Return what lines must meet: of each field one of its conditions, and none of the excluded ones."""
    wanted, unwanted = defaultdict[SearchField, list[ColumnElement[bool]]](list), []
    for condition in conditions:
        found = _in_sql(condition, reckoning)
        if condition.is_excluded:
            # A comparison with an empty field is neither true nor false in SQL.
            unwanted.append(not_(func.coalesce(found, False)))
        else:
            wanted[condition.field].append(found)
    return [*(or_(*alternatives) for alternatives in wanted.values()), *unwanted]


def _in_sql(condition: Condition, reckoning: Reckoning) -> ColumnElement[bool]:
    field, value = condition.field, resolved(condition, reckoning.user).value
    if field is SearchField.BAND:
        band = BAND_BY_WORD[value]
        return CaseIndexRow.queue_band.is_(None) if band is None else CaseIndexRow.queue_band == int(band)
    if field is SearchField.DUE:
        return _is_due(value, reckoning)
    if field is SearchField.IS:
        return and_(*PARTS[STATE_BY_WORD[value]])
    if field is SearchField.CHECK:
        return CaseIndexRow.needs_check.is_(value == YES)
    return _OF_TEXT[field](value)


def _is_due(value: str, reckoning: Reckoning) -> ColumnElement[bool]:
    if value == OVERDUE:
        return is_overdue(reckoning)
    soon = is_overdue(reckoning, in_days=_DAYS_OF_A_WEEK)
    return and_(soon, not_(is_overdue(reckoning)))


def _same(column: InstrumentedAttribute[str | None], value: str) -> ColumnElement[bool]:
    if value.casefold() == NONE:
        return column.is_(None)
    return func.lower(column) == value.lower()


def _has_tag(value: str) -> ColumnElement[bool]:
    if value.casefold() == NONE:
        return CaseIndexRow.tags == ""
    # LIKE takes capital and small letters of ASCII for the same.
    return or_(
        CaseIndexRow.tags.contains(f"\n{value}\n", autoescape=True),
        func.lower(CaseIndexRow.tags).contains(f"\n{value.lower()}\n", autoescape=True),
    )


def _is_assigned(value: str) -> ColumnElement[bool]:
    if value.casefold() in {NOBODY, NONE}:
        return CaseIndexRow.assigned_to == ""
    return func.lower(CaseIndexRow.assigned_to) == value.lower()


def _is_read_by(value: str) -> ColumnElement[bool]:
    """Say whether a person recorded the newest decision, or answered a form."""
    answered = select(ReadingRow.image_id).where(func.lower(ReadingRow.author) == value.lower())
    return or_(_same(CaseIndexRow.decided_by, value), CaseIndexRow.image_id.in_(answered))


def _has_diagnosis(value: str) -> ColumnElement[bool]:
    if value.casefold() == NONE:
        return CaseIndexRow.diagnosis.is_(None)
    return CaseIndexRow.diagnosis.contains(value, autoescape=True)


def _by_day(column: InstrumentedAttribute[date | None]) -> Callable[[str], ColumnElement[bool]]:
    def within(value: str) -> ColumnElement[bool]:
        span = day_span(value)
        return and_(
            column.is_not(None),
            *([column >= span.first] if span.first is not None else []),
            *([column <= span.last] if span.last is not None else []),
        )

    return within


def _by_moment(
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
) -> Callable[[str], ColumnElement[bool]]:
    def within(value: str) -> ColumnElement[bool]:
        span = day_span(value)
        return and_(
            column.is_not(None),
            *([column >= _midnight(span.first)] if span.first is not None else []),
            *([column < _midnight(span.last + timedelta(days=1))] if span.last is not None else []),
        )

    return within


def _midnight(day: date) -> datetime:
    """Return when a day of this machine's clock begins."""
    return datetime.combine(day, time()).astimezone()


_OF_TEXT: Mapping[SearchField, Callable[[str], ColumnElement[bool]]] = {
    SearchField.SITE: lambda value: _same(CaseIndexRow.site, value),
    SearchField.DIAGNOSIS: _has_diagnosis,
    SearchField.TAG: _has_tag,
    SearchField.ASSIGNED: _is_assigned,
    SearchField.READER: _is_read_by,
    SearchField.MODEL: lambda value: CaseIndexRow.score_model.contains(value, autoescape=True),
    SearchField.IMPORTED: _by_moment(CaseIndexRow.imported_at),
    SearchField.VISITED: _by_day(CaseIndexRow.visited_on),
    SearchField.DECIDED: _by_moment(CaseIndexRow.decided_at),
}
