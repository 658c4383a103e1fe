"""Which lines of the work list are asked for, and in which order, in the words of SQL."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, case
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.case_filter import CaseFilter
from app.domain.work_list.due import Reckoning
from app.domain.work_list.search import parse_search
from app.storage.rows import CaseIndexRow
from app.storage.search_conditions import PARTS, conditions_in_sql, is_overdue

OVERDUE_FIRST: Final = "due"

_BY_PRIORITY = (CaseIndexRow.queue_rank, CaseIndexRow.queue_urgency, CaseIndexRow.imported_at)
_ORDERS: dict[str, tuple[InstrumentedAttribute[Any], ...]] = {
    "priority": _BY_PRIORITY,
    OVERDUE_FIRST: _BY_PRIORITY,
    "patient": (CaseIndexRow.patient_code, CaseIndexRow.imported_at),
    "site": (CaseIndexRow.site, CaseIndexRow.patient_code),
    "score": (CaseIndexRow.probability, CaseIndexRow.imported_at),
    "status": (CaseIndexRow.status, CaseIndexRow.imported_at),
    "imported": (CaseIndexRow.imported_at,),
    "benefit": (CaseIndexRow.correction_rank, CaseIndexRow.correction_urgency, CaseIndexRow.imported_at),
}

_MAY_BE_EMPTY = ("site", "probability")


def matching(
    search: str, shown: CaseFilter, *, removed: bool, reckoning: Reckoning | None = None
) -> list[ColumnElement[bool]]:
    """Return the conditions of the lines that a search asks for, in a part of the list or removed.

    Raises:
        InvalidFieldError: the search has a condition that means nothing.
    """
    asked = parse_search(search)
    return [
        CaseIndexRow.is_hidden.is_(removed),
        *PARTS[shown],
        *conditions_in_sql(asked.conditions, reckoning or _now()),
        *(CaseIndexRow.searched.contains(word, autoescape=True) for word in asked.words),
    ]


def ordered(order: str, *, descending: bool, reckoning: Reckoning | None = None) -> list[ColumnElement[Any]]:
    """Return by what lines are sorted in one of ``list_cases.ORDERS``; empty fields always come last."""
    columns = (*_ORDERS[order], CaseIndexRow.image_id)
    directed = [_directed(column, descending=descending) for column in columns]
    if order != OVERDUE_FIRST:
        return directed
    late = case((is_overdue(reckoning or _now()), 0), else_=1)
    return [late.desc() if descending else late.asc(), *directed]


def _now() -> Reckoning:
    return Reckoning(datetime.now(UTC))


def _directed(column: InstrumentedAttribute[Any], *, descending: bool) -> ColumnElement[Any]:
    directed = column.desc() if descending else column.asc()
    return directed.nulls_last() if column.key in _MAY_BE_EMPTY else directed
