"""What some cases have in common: their tags, and whom they are assigned to."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.ids import ImageId
from app.usecases.services import Services


@dataclass(frozen=True, slots=True)
class TagsOfCases:
    """Tags of chosen cases among all there are, and the people who are known."""

    count: int
    """How many cases were chosen."""
    cases_by_tag: dict[str, int]
    """Of every tag of the case store, how many of the chosen cases have it."""
    assigned: frozenset[str]
    """Whom the chosen cases are assigned to; "" stands for nobody."""
    people: tuple[str, ...]


def tags_of_cases(services: Services, image_ids: Sequence[ImageId]) -> TagsOfCases:
    """Return the tags and assignments of some cases, with what else could be chosen."""
    with services.store.reading() as work:
        lines = work.cases.lines_of(image_ids)
        tags = work.tags.tags()
        people = {*work.tags.people(), services.user} - {""}
    used = {tag: sum(tag in line.tags for line in lines) for tag in tags}
    assigned = frozenset(line.assigned_to for line in lines)
    return TagsOfCases(len(lines), used, assigned, tuple(sorted(people)))
