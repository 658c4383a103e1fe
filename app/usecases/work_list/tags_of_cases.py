"""What some cases have in common: their tags, and whom they are assigned to."""

from dataclasses import dataclass
from typing import Final

from app.domain.errors import InvalidFieldError
from app.domain.ids import ImageId
from app.translation import _
from app.usecases.exports.case_selection import CaseSelection, selected_images
from app.usecases.services import Services
from app.usecases.work_list.assign_cases import known_people

MOST_AT_ONCE: Final = 1000
"""Their lines are written in one transaction, for which everybody else waits."""


@dataclass(frozen=True, slots=True)
class TagsOfCases:
    """Tags of chosen cases among all there are, and the people who are known."""

    images: tuple[ImageId, ...]
    """The chosen cases."""
    cases_by_tag: dict[str, int]
    """Of every tag of the case store, how many of the chosen cases have it."""
    assigned: frozenset[str]
    """Whom the chosen cases are assigned to; "" stands for nobody."""
    people: tuple[str, ...]


def tags_of_cases(services: Services, selection: CaseSelection) -> TagsOfCases:
    """Return the tags and assignments of some cases, with what else could be chosen.

    Raises:
        InvalidFieldError: the cases are too many to be changed at once.
    """
    images = cases_at_once(services, selection)
    with services.store.reading() as work:
        lines = work.cases.lines_of(images)
        tags = work.tags.tags()
        people = known_people(services, work)
    used = {tag: sum(tag in line.tags for line in lines) for tag in tags}
    assigned = frozenset(line.assigned_to for line in lines)
    return TagsOfCases(images, used, assigned, people)


def cases_at_once(services: Services, selection: CaseSelection) -> tuple[ImageId, ...]:
    """Return the cases of a selection, if they are few enough to be changed in one step.

    Raises:
        InvalidFieldError: they are not.
    """
    images = selected_images(services, selection)
    if len(images) > MOST_AT_ONCE:
        raise InvalidFieldError(
            "tag",
            _(
                "{count:,} cases are selected, and at most {most:,} can be changed at once; filter the list."
            ).format(count=len(images), most=MOST_AT_ONCE),
        )
    return images
