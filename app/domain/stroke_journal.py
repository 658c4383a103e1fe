"""The steps of a correction as values, and what is left when they are replayed.

A journal holds everything needed to continue after a crash: the mask the work started from and every step
since, undone and redone steps included. Each step carries its whole change, so that a step made before the
journal began can still be undone in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from app.domain.ids import ImageId
from app.domain.mask import MaskPatch, unpacked_mask
from models.contract.arrays import BoolMask


class StepKind(Enum):
    """What a person did to the mask."""

    MADE = "made"
    CONTINUED = "continued"
    """Made, and one step with the step before: what a slider sends while it is dragged."""
    UNDONE = "undone"
    REDONE = "redone"


@dataclass(frozen=True, slots=True)
class WorkStep:
    """One step of a correction; ``patch`` is always the change as it was first made."""

    kind: StepKind
    tool: str
    patch: MaskPatch


@dataclass(frozen=True, slots=True)
class WorkStart:
    """What a correction starts from."""

    image_id: ImageId
    revision: str
    """The stored revision or prediction the mask came from; empty when it was drawn from nothing."""
    height_px: int
    width_px: int
    packed: bytes
    """The mask as ``packed_mask`` packs it."""

    @property
    def shape(self) -> tuple[int, int]:
        """Return (height, width) of the image."""
        return self.height_px, self.width_px


@dataclass(frozen=True, slots=True)
class MadeStep:
    """A step of the undo history."""

    tool: str
    patch: MaskPatch


@dataclass(slots=True)
class Work:
    """A correction in progress: its mask, its history and how much of the history is in force."""

    start: WorkStart
    mask: BoolMask
    history: list[MadeStep] = field(default_factory=list)
    position: int = 0


def replayed(start: WorkStart, steps: Iterable[WorkStep]) -> Work:
    """Return the work as it was after ``steps``.

    Raises:
        ValueError: the packed mask or a step does not fit the image.
    """
    work = Work(start, unpacked_mask(start.packed, start.shape))
    for step in steps:
        _STEP[step.kind](work, MadeStep(step.tool, step.patch))
    return work


def _make(work: Work, step: MadeStep) -> None:
    step.patch.apply(work.mask)
    work.history[work.position :] = [step]
    work.position += 1


def _continue(work: Work, step: MadeStep) -> None:
    """Join the step before; one that is older than the journal is not known and stays apart."""
    if work.position == 0:
        _make(work, step)
        return
    step.patch.apply(work.mask)
    work.position -= 1
    both = work.history[work.position].patch.followed_by(step.patch, work.mask)
    work.history[work.position :] = [] if both is None else [MadeStep(step.tool, both)]
    work.position = len(work.history)


def _undo(work: Work, step: MadeStep) -> None:
    """Undo; a step older than the journal joins the history as one that can be redone."""
    step.patch.revert(work.mask)
    if work.position == 0:
        work.history.insert(0, step)
    else:
        work.position -= 1


def _redo(work: Work, step: MadeStep) -> None:
    """Redo; a step undone before the journal began joins the history."""
    step.patch.apply(work.mask)
    if work.position == len(work.history):
        work.history.append(step)
    work.position += 1


_STEP = {
    StepKind.MADE: _make,
    StepKind.CONTINUED: _continue,
    StepKind.UNDONE: _undo,
    StepKind.REDONE: _redo,
}
