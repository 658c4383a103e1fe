"""One step of a mask's history for Qt's undo stack."""

from dataclasses import replace
from typing import Protocol

from PySide6.QtGui import QUndoCommand

from app.translation import _
from app.ui.editor.mask_step import MaskStep
from models.contract.arrays import BoolMask


class PatchTarget(Protocol):
    """Whose mask a command changes."""

    @property
    def mask(self) -> BoolMask:
        """Return the mask (H, W) with all steps in force."""
        ...

    def redo_step(self, step: MaskStep) -> None:
        """Make a step again."""
        ...

    def undo_step(self, step: MaskStep) -> None:
        """Take a step back."""
        ...


class ChangeMask(QUndoCommand):
    """A change of a mask that was already made when it is pushed."""

    def __init__(self, target: PatchTarget, step: MaskStep) -> None:
        super().__init__(_(step.label.text))
        self._target = target
        self.step = step
        self._is_first_redo = True

    def redo(self) -> None:
        """Make the change again; the first call comes from the push itself."""
        if self._is_first_redo:
            self._is_first_redo = False
        else:
            self._target.redo_step(self.step)

    def undo(self) -> None:
        """Take the change back."""
        self._target.undo_step(self.step)

    def id(self) -> int:
        """Return the number by which Qt finds commands that may merge; -1 never merges."""
        return self.step.label.merge_id

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Become one step with the next; a change that was taken back leaves no step."""
        if not isinstance(other, ChangeMask):
            return False
        both = self.step.patch.followed_by(other.step.patch, self._target.mask)
        if both is None:
            self.setObsolete(True)
        else:
            self.step = replace(self.step, patch=both)
        return True
