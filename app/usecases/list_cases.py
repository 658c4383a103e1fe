"""The work list, a window at a time."""

from collections.abc import Collection
from dataclasses import dataclass

from app.domain.case import CaseLine
from app.domain.ids import ImageId
from app.usecases.ports import Services

ORDERS = ("priority", "patient", "site", "score", "status", "imported", "benefit")


@dataclass(frozen=True, slots=True)
class CaseWindow:
    """Some lines of the work list, and how many there are in all."""

    lines: tuple[CaseLine, ...]
    offset: int
    total: int


def list_cases(
    services: Services,
    *,
    offset: int = 0,
    limit: int = 200,
    search: str = "",
    order: str = "priority",
    descending: bool = False,
    removed: bool = False,
) -> CaseWindow:
    """Return lines ``offset`` to ``offset + limit``; by priority the most urgent come first.

    With ``removed`` they are the cases that were taken out of the work list.
    """
    with services.reading() as work:
        lines = work.cases.case_lines(
            offset=offset, limit=limit, search=search, order=order, descending=descending, removed=removed
        )
        return CaseWindow(tuple(lines), offset, work.cases.case_count(search, removed=removed))


def next_to_correct(services: Services, *, besides: Collection[ImageId] = ()) -> CaseLine | None:
    """Return the case whose correction is expected to help most; None when there is no other one.

    ``besides`` are cases that were offered already: a person who leaves one as it is goes on to the next.
    """
    with services.reading() as work:
        lines = work.cases.case_lines(order="benefit", limit=len(besides) + 1)
    return next((line for line in lines if line.image_id not in besides and not line.is_corrected), None)
