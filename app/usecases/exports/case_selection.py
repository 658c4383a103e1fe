"""Which cases are to be written: some that were chosen, or a part of the work list."""

from dataclasses import dataclass

from app.domain.case_filter import CaseFilter
from app.domain.ids import ImageId
from app.usecases.services import Services


@dataclass(frozen=True, slots=True)
class CaseSelection:
    """Chosen cases, or those of the work list that a filter and a search leave, in its order."""

    chosen: tuple[ImageId, ...] | None = None
    """None stands for the work list."""
    search: str = ""
    shown: CaseFilter = CaseFilter.ALL
    order: str = "priority"
    descending: bool = False


def selected_images(services: Services, selection: CaseSelection) -> tuple[ImageId, ...]:
    """Return the images of a selection as the work list has them now."""
    if selection.chosen is not None:
        return selection.chosen
    with services.store.reading() as work:
        listed = work.cases.listed(
            selection.search,
            shown=selection.shown,
            order=selection.order,
            descending=selection.descending,
            reckoning=services.reckoning,
        )
    return tuple(case.image_id for case in listed)


def count_selected(services: Services, selection: CaseSelection) -> int:
    """Return how many images a selection has."""
    if selection.chosen is not None:
        return len(selection.chosen)
    with services.store.reading() as work:
        return work.cases.case_count(selection.search, shown=selection.shown, reckoning=services.reckoning)
