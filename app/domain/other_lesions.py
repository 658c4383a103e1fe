"""The lesions of an image beside the one of interest: which there are, as a person said. Append-only.

The valid mask of an image is that of its lesion of interest: it alone is measured, scored and learned from.
Lesions are numbered within their image for good; number 1 is the one that was predicted, or drawn first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.domain.audit import AuditKind
from app.domain.ids import BlobName, ImageId, LesionListId, RevisionId

FIRST_LESION = 1
"""The lesion of interest of an image until a person says otherwise, and the one that predictions outline."""


class LesionChange(StrEnum):
    """What a person did to the list of lesions; the values are stored and never change."""

    ADDED = "lesion added"
    DRAWN = "other lesion drawn"
    NAMED = "lesion named"
    REMOVED = "lesion removed"
    SEPARATED = "region made a lesion of its own"
    JOINED = "lesion joined to the lesion of interest"
    CHOSEN = "other lesion of interest"
    TAKEN_BACK = "change of the lesions taken back"
    IMPORTED = "lesions drawn elsewhere"


KIND_BY_CHANGE: Final[Mapping[LesionChange, AuditKind]] = {
    LesionChange.ADDED: AuditKind.OTHER_LESION_ADDED,
    LesionChange.DRAWN: AuditKind.OTHER_LESION_DRAWN,
    LesionChange.NAMED: AuditKind.LESION_NAMED,
    LesionChange.REMOVED: AuditKind.OTHER_LESION_REMOVED,
    LesionChange.SEPARATED: AuditKind.REGION_SEPARATED,
    LesionChange.JOINED: AuditKind.LESION_JOINED,
    LesionChange.CHOSEN: AuditKind.LESION_OF_INTEREST_CHOSEN,
    LesionChange.TAKEN_BACK: AuditKind.LESIONS_TAKEN_BACK,
    LesionChange.IMPORTED: AuditKind.LESIONS_IMPORTED,
}
"""How the audit trail calls what was done."""


@dataclass(frozen=True, slots=True)
class OtherLesion:
    """A lesion of an image that is not of interest, with its present outline."""

    number: int
    name: str
    """What a person calls it; usually empty."""
    mask: BlobName
    area_px: int
    """Pixels of the mask; 0 for one that was not drawn yet."""
    author: str
    """Who drew the outline."""
    is_signed: bool = True
    """False for an outline that nobody has drawn or signed: a predicted one, or a starting point."""

    @property
    def is_drawn(self) -> bool:
        """Say whether the outline marks anything."""
        return self.area_px > 0


@dataclass(frozen=True, slots=True)
class ImageLesions:
    """The lesions that an image shows; without a person's word it is one, which is of interest."""

    of_interest: int = FIRST_LESION
    """Number of the lesion whose outline is the valid mask."""
    name_of_interest: str = ""
    others: tuple[OtherLesion, ...] = ()
    """By their numbers."""

    @property
    def drawn(self) -> tuple[OtherLesion, ...]:
        """Return the other lesions whose outline marks anything."""
        return tuple(lesion for lesion in self.others if lesion.is_drawn)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of all lesions in order."""
        return tuple(sorted((self.of_interest, *(lesion.number for lesion in self.others))))

    def other(self, number: int) -> OtherLesion | None:
        """Return the lesion of a number, None where it is of interest or not of the image."""
        return next((lesion for lesion in self.others if lesion.number == number), None)

    def with_other(self, lesion: OtherLesion) -> "ImageLesions":
        """Return the lesions with one more, or with another version of one."""
        others = (*self.without(lesion.number).others, lesion)
        return replace(self, others=tuple(sorted(others, key=lambda one: one.number)))

    def without(self, number: int) -> "ImageLesions":
        """Return the lesions without one that is not of interest."""
        return replace(self, others=tuple(lesion for lesion in self.others if lesion.number != number))


@dataclass(frozen=True, slots=True)
class LesionList:
    """Which lesions an image shows by a person's word; the newest list of an image is the valid one."""

    id: LesionListId
    image_id: ImageId
    revision: int
    """1, 2, 3 ... within the image."""
    lesions: ImageLesions
    mask_revision: RevisionId | None
    """The revision of the valid mask that the same act stored; None when the act left that mask alone."""
    change: LesionChange | str
    """A plain text is that of a change which another version of the program has stored."""
    author: str
    created_at: datetime


def next_number(lists: Sequence[LesionList]) -> int:
    """Return the number of a new lesion of an image; none is given twice, not even after a removal."""
    given = (number for found in lists for number in found.lesions.numbers)
    return max(given, default=FIRST_LESION) + 1
