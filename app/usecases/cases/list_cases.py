"""The work list, a window at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.domain.case import CaseLine
from app.domain.case_filter import CaseFilter
from app.domain.ids import ImageId
from app.usecases.services import Services

ORDERS = ("priority", "due", "patient", "site", "score", "status", "imported", "benefit")


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
    shown: CaseFilter = CaseFilter.ALL,
    order: str = "priority",
    descending: bool = False,
    removed: bool = False,
) -> CaseWindow:
    """Return lines ``offset`` to ``offset + limit``; by priority the most urgent come first.

    With ``removed`` they are the cases that were taken out of the work list.

    Raises:
        InvalidFieldError: the search has a condition that means nothing.
    """
    reckoning = services.reckoning
    with services.store.reading() as work:
        lines = work.cases.case_lines(
            offset=offset,
            limit=limit,
            search=search,
            shown=shown,
            order=order,
            descending=descending,
            removed=removed,
            reckoning=reckoning,
        )
        total = work.cases.case_count(search, shown=shown, removed=removed, reckoning=reckoning)
        return CaseWindow(tuple(lines), offset, total)


def lines_of(services: Services, image_ids: Sequence[ImageId]) -> list[CaseLine]:
    """Return the lines of some cases as they are now."""
    with services.store.reading() as work:
        return work.cases.lines_of(image_ids)


def next_undecided(
    services: Services,
    after: ImageId | None,
    *,
    search: str = "",
    shown: CaseFilter = CaseFilter.ALL,
    order: str = "priority",
    descending: bool = False,
) -> CaseLine | None:
    """Return the next case without a decision after ``after`` in the list, going on from its top.

    ``after`` itself is never returned; None when every other case of the list has a decision.
    """
    with services.store.reading() as work:
        listed = work.cases.listed(
            search, shown=shown, order=order, descending=descending, reckoning=services.reckoning
        )
        place = next((row for row, case in enumerate(listed) if case.image_id == after), -1)
        from_there = (*listed[place + 1 :], *listed[: max(place, 0)])
        found = next((case.image_id for case in from_there if not case.is_decided), None)
        return None if found is None else work.cases.lines_of([found])[0]


def next_to_correct(services: Services, *, besides: Collection[ImageId] = ()) -> CaseLine | None:
    """Return the case whose correction is expected to help most; None when there is no other one.

    ``besides`` are cases that were offered already: a person who leaves one as it is goes on to the next.
    """
    with services.store.reading() as work:
        lines = work.cases.case_lines(order="benefit", limit=len(besides) + 1)
    return next((line for line in lines if line.image_id not in besides and not line.is_corrected), None)
