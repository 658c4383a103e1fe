"""Moves: images filed under another lesion or visit, lesions given to another lesion or patient.

Nothing is deleted by a move. A lesion or visit that has no images any more stays in the store and is shown
nowhere, so every move can be undone by the move in the opposite direction.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from app.domain.ids import ImageId, LesionId, MoveId, PatientId, VisitId
from app.domain.lesion import Lesion


@dataclass(frozen=True, slots=True)
class ImageStep:
    """An image goes from one visit to another, and so may go to another lesion."""

    image: ImageId
    before: VisitId
    after: VisitId

    def back(self) -> "ImageStep":
        """Return the step in the opposite direction."""
        return replace(self, before=self.after, after=self.before)


@dataclass(frozen=True, slots=True)
class LesionStep:
    """A lesion goes from one patient to another."""

    lesion: LesionId
    before: PatientId
    after: PatientId

    def back(self) -> "LesionStep":
        """Return the step in the opposite direction."""
        return replace(self, before=self.after, after=self.before)


@dataclass(frozen=True, slots=True)
class MergeStep:
    """An emptied lesion is noted to be another one, or is no longer (None)."""

    lesion: LesionId
    before: LesionId | None
    after: LesionId | None

    def back(self) -> "MergeStep":
        """Return the step in the opposite direction."""
        return replace(self, before=self.after, after=self.before)


@dataclass(frozen=True, slots=True)
class Filling:
    """Fields that were unknown of a lesion and are taken from one that was merged into it."""

    lesion: LesionId
    source: LesionId
    names: tuple[str, ...]
    is_taken_back: bool = False

    def back(self) -> "Filling":
        """Return the opposite: the fields are unknown again."""
        return replace(self, is_taken_back=not self.is_taken_back)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an image or a lesion is filed, as people know it."""

    patient_code: str
    lesion: Lesion
    visited_on: date | None = None
    """None where a whole lesion was moved."""


@dataclass(frozen=True, slots=True)
class DescribedMove:
    """What a move did to one case."""

    before: Place
    after: Place
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Move:
    """Everything that one act files elsewhere, with the old and the new place."""

    id: MoveId
    images: tuple[ImageStep, ...] = ()
    lesions: tuple[LesionStep, ...] = ()
    merges: tuple[MergeStep, ...] = ()
    fillings: tuple[Filling, ...] = ()
    undoes: MoveId | None = None
    """The move that this one takes back."""

    def back(self, move_id: MoveId) -> Self:
        """Return the move that takes this one back."""
        return replace(
            self,
            id=move_id,
            images=tuple(step.back() for step in self.images),
            lesions=tuple(step.back() for step in self.lesions),
            merges=tuple(step.back() for step in self.merges),
            fillings=tuple(filling.back() for filling in self.fillings),
            undoes=self.id,
        )
