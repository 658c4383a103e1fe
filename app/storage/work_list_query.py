"""Which lines of the work list are asked for, and in which order, in the words of SQL."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.analysis.triage import Band
from app.domain.audit import AuditKind
from app.domain.case_filter import CaseFilter
from app.storage.rows import (
    CONFIRMED_RANK,
    CORRECTED_RANK,
    NOT_REVIEWED_RANK,
    AuditEventRow,
    CaseIndexRow,
)

_ORDERS: dict[str, tuple[InstrumentedAttribute[Any], ...]] = {
    "priority": (CaseIndexRow.queue_rank, CaseIndexRow.queue_urgency, CaseIndexRow.imported_at),
    "patient": (CaseIndexRow.patient_code, CaseIndexRow.imported_at),
    "site": (CaseIndexRow.site, CaseIndexRow.patient_code),
    "score": (CaseIndexRow.probability, CaseIndexRow.imported_at),
    "status": (CaseIndexRow.status, CaseIndexRow.imported_at),
    "imported": (CaseIndexRow.imported_at,),
    "benefit": (CaseIndexRow.correction_rank, CaseIndexRow.correction_urgency, CaseIndexRow.imported_at),
}


def _last_act_is(act: AuditKind, taken_back_by: AuditKind) -> ColumnElement[bool]:
    """Say whether an act about an image was not taken back since."""
    both = AuditEventRow.what.in_([act.value, taken_back_by.value])
    newest = select(func.max(AuditEventRow.sequence)).where(both).group_by(AuditEventRow.subject)
    standing = select(AuditEventRow.subject).where(
        AuditEventRow.sequence.in_(newest), AuditEventRow.what == act.value
    )
    return CaseIndexRow.image_id.in_(standing)


_CONDITIONS: dict[CaseFilter, tuple[ColumnElement[bool], ...]] = {
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

_MAY_BE_EMPTY = ("site", "probability")


def matching(search: str, shown: CaseFilter, *, removed: bool) -> list[ColumnElement[bool]]:
    """Return the conditions of the lines with all words of a search, in a part of the list or removed."""
    words = search.casefold().split()
    return [
        CaseIndexRow.is_hidden.is_(removed),
        *_CONDITIONS[shown],
        *(CaseIndexRow.searched.contains(word, autoescape=True) for word in words),
    ]


def ordered(order: str, *, descending: bool) -> list[ColumnElement[Any]]:
    """Return by what lines are sorted in one of ``list_cases.ORDERS``; empty fields always come last."""
    columns = (*_ORDERS[order], CaseIndexRow.image_id)
    return [_directed(column, descending=descending) for column in columns]


def _directed(column: InstrumentedAttribute[Any], *, descending: bool) -> ColumnElement[Any]:
    directed = column.desc() if descending else column.asc()
    return directed.nulls_last() if column.key in _MAY_BE_EMPTY else directed
