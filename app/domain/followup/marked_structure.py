"""A structure of a lesion that a person found new since an earlier visit. Append-only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.errors import InvalidFieldError
from app.domain.ids import ImageId, MarkId
from app.translation import _

LONGEST_NOTE: Final = 500
"""Letters of a note."""


@dataclass(frozen=True, slots=True)
class MarkedStructure:
    """An ellipse on the later image, upright, with a note; without a radius it is a point."""

    id: MarkId
    image_id: ImageId
    compared_with: ImageId
    """The image of the earlier visit that does not show the structure."""
    x_px: float
    """Of the middle, from the left side of the image."""
    y_px: float
    radius_x_px: float
    """Half the width, 0 for a point."""
    radius_y_px: float
    note: str
    author: str
    created_at: datetime
    supersedes: MarkId | None = None
    """The mark that this one replaces or withdraws."""
    is_withdrawn: bool = False
    """The mark that it supersedes no longer holds, and nothing takes its place."""


def standing_marks(marks: Iterable[MarkedStructure]) -> tuple[MarkedStructure, ...]:
    """Return the marks that hold, in the order in which they were made."""
    found = tuple(marks)
    superseded = {mark.supersedes for mark in found}
    return tuple(mark for mark in found if mark.id not in superseded and not mark.is_withdrawn)


def check_mark(mark: MarkedStructure, width_px: int, height_px: int) -> None:
    """Raise InvalidFieldError when a mark does not lie on its image or its note is too long."""
    if not (0 <= mark.x_px <= width_px and 0 <= mark.y_px <= height_px):
        raise InvalidFieldError("mark", _("The marked structure lies outside the image."))
    if min(mark.radius_x_px, mark.radius_y_px) < 0:
        raise InvalidFieldError("mark", _("The marked structure has a negative size."))
    if len(mark.note) > LONGEST_NOTE:
        raise InvalidFieldError("note", _("A note has {most} letters at most.").format(most=LONGEST_NOTE))
