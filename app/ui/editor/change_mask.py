"""One step of a mask's history for Qt's undo stack."""

from typing import Protocol

from PySide6.QtGui import QUndoCommand

from app.domain.mask import MaskPatch
from app.translation import _
from app.ui.editor.step_label import StepLabel
from models.contract.arrays import BoolMask


class PatchTarget(Protocol):
    """Whose mask a command changes."""

    @property
    def mask(self) -> BoolMask:
        """Return the mask (H, W) with all steps in force."""
        ...

    def redo_step(self, label: StepLabel, patch: MaskPatch) -> None:
        """Make a step again."""
        ...

    def undo_step(self, label: StepLabel, patch: MaskPatch) -> None:
        """Take a step back."""
        ...


class ChangeMask(QUndoCommand):
    """A change of a mask that was already made when it is pushed."""

    def __init__(self, target: PatchTarget, label: StepLabel, patch: MaskPatch) -> None:
        super().__init__(_(label.text))
        self._target = target
        self._label = label
        self.patch = patch
        self._is_first_redo = True

    def redo(self) -> None:
        """Make the change again; the first call comes from the push itself."""
        if self._is_first_redo:
            self._is_first_redo = False
        else:
            self._target.redo_step(self._label, self.patch)

    def undo(self) -> None:
        """Take the change back."""
        self._target.undo_step(self._label, self.patch)

    def id(self) -> int:
        """Return the number by which Qt finds commands that may merge; -1 never merges."""
        return self._label.merge_id

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Become one step with the next; a change that was taken back leaves no step."""
        if not isinstance(other, ChangeMask):
            return False
        both = self.patch.followed_by(other.patch, self._target.mask)
        if both is None:
            self.setObsolete(True)
        else:
            self.patch = both
        return True
