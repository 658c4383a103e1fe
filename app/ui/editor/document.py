"""The mask of one image while it is corrected, with its history.

The rule: ``mask`` holds finished steps only; a stroke is painted into a second array and becomes a step, or
leaves no trace. The patch of a step is taken from the stroke's own box.
"""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from app.domain.ids import ImageId, WorkId
from app.domain.mask import EMPTY_BOX, MaskPatch, PixelBox, packed_mask, patch_between, unpacked_mask
from app.domain.other_lesions import FIRST_LESION
from app.domain.stroke_journal import StepKind, Work, WorkStart, WorkStep, work_id
from app.ui.editor.change_mask import ChangeMask
from app.ui.editor.mask_operations.crumbs import without_crumbs
from app.ui.editor.mask_step import MaskStep, Refinement
from app.ui.editor.raster import Spans
from app.ui.editor.step_label import StepLabel
from models.contract.arrays import BoolMask


class MaskDocument(QObject):
    """A mask under correction, its undo stack, and the start its journal would need."""

    changed = Signal(object)
    """PixelBox of the image: what is shown there is out of date."""
    step_made = Signal(object)
    """WorkStep: the history moved."""
    interrupted = Signal()
    """A half-painted stroke was given up because the history moved."""

    def __init__(
        self,
        image_id: ImageId | None,
        mask: BoolMask,
        parent: QObject | None = None,
        *,
        lesion: int = FIRST_LESION,
    ) -> None:
        super().__init__(parent)
        self.image_id = image_id
        self.lesion = lesion
        self.stack = QUndoStack(self)
        self.version = 0
        """Grows with every step; tells a stored mask from a newer one."""
        self.shape = (mask.shape[0], mask.shape[1])
        self._resting: bytes | None = None
        self._is_restoring = False
        self._painted = EMPTY_BOX
        self._finished: BoolMask
        self._shown: BoolMask
        self._start: bytes | BoolMask
        """What is journalled first, not packed before it is asked for: most images are left as they are."""
        self._take(mask, "")

    @property
    def mask(self) -> BoolMask:
        """Return the mask (H, W) with all finished steps; do not write to it."""
        return self._finished

    @property
    def shown(self) -> BoolMask:
        """Return the mask (H, W) with the stroke that is being painted; do not write to it."""
        return self._shown

    @property
    def start(self) -> WorkStart | None:
        """Return what the steps since the mask was last stored start from; None for a nameless image."""
        if self.image_id is None:
            return None
        return WorkStart(self.image_id, self._revision, *self.shape, self._packed_start(), self.lesion)

    @property
    def work_id(self) -> WorkId | None:
        """Return what names the drawing; None for a nameless image."""
        return None if self.image_id is None else work_id(self.image_id, self.lesion)

    def replace(self, mask: BoolMask, revision: str) -> None:
        """Take a stored mask; a history that led elsewhere is dropped."""
        self.abandon()
        if not np.array_equal(self._finished, mask):
            self.stack.clear()
        self._take(mask, revision)
        self.version += 1
        self.stack.setClean()
        self.changed.emit(PixelBox.whole(self.shape))

    @property
    def is_stored(self) -> bool:
        """Say whether the mask is the one that was last taken or stored."""
        return self.stack.isClean()

    @property
    def is_painting(self) -> bool:
        """Say whether a stroke is on its way."""
        return not self._painted.is_empty

    def mark_stored(self, revision: str) -> None:
        """Note that the present mask is stored as ``revision``."""
        self._revision = revision
        self._start = packed_mask(self._finished) if self._resting is None else self._resting
        self.stack.setClean()

    def restore(self, work: Work, labels: Mapping[str, StepLabel]) -> None:
        """Take up work that a journal kept; ``labels`` are those of the steps by their names."""
        self.abandon()
        self.stack.clear()
        self._take(work.mask, work.start.revision)
        self._start = work.start.packed
        self._is_restoring = True
        for step in work.history:
            label = labels.get(step.tool, StepLabel(step.tool, step.tool))
            refinement = None if step.refiner is None else Refinement(step.refiner)
            self.stack.push(ChangeMask(self, MaskStep(label, step.patch, refinement)))
        self.stack.setIndex(work.position)
        self._is_restoring = False
        self.stack.resetClean()
        self.version += 1
        self.changed.emit(PixelBox.whole(self.shape))

    def paint(self, spans: Spans, *, value: bool) -> None:
        """Paint into the unfinished stroke."""
        box = spans.box
        if box.is_empty:
            return
        spans.fill(self._shown, value=value)
        self._painted = self._painted.united(box)
        self.changed.emit(box)

    def paint_block(self, box: PixelBox, block: BoolMask) -> None:
        """Let the unfinished stroke be ``block`` (h, w) in a box of the image."""
        if box.is_empty:
            return
        self._shown[box.window] = block
        self._painted = self._painted.united(box)
        self.changed.emit(box)

    def finish(self, label: StepLabel, *, is_exact: bool = False) -> bool:
        """Make the stroke a step, mended unless it is exact; False when it changed nothing."""
        box, self._painted = self._painted, EMPTY_BOX
        if not box.is_empty and not is_exact:
            box, mended = without_crumbs(self._finished, self._shown, box)
            self._shown[box.window] = mended
            self.changed.emit(box)
        patch = patch_between(self._finished, self._shown, box)
        if patch is None:
            return False
        self._finished[patch.box.window] = self._shown[patch.box.window]
        self._push(MaskStep(label, patch))
        return True

    def abandon(self) -> None:
        """Give the unfinished stroke up, without trace."""
        box, self._painted = self._painted, EMPTY_BOX
        if not box.is_empty:
            self._shown[box.window] = self._finished[box.window]
            self.changed.emit(box)

    def become(self, mask: BoolMask, label: StepLabel, refinement: Refinement | None = None) -> bool:
        """Make the step to another mask (H, W) bool; False when it is the same."""
        self.abandon()
        patch = patch_between(self._finished, mask, PixelBox.whole(self.shape))
        if patch is None:
            return False
        self._write(patch, is_undone=False)
        self._push(MaskStep(label, patch, refinement))
        return True

    @property
    def steps(self) -> tuple[MaskStep, ...]:
        """Return the steps of the history that are in force, the oldest first."""
        return self._steps_from(0)

    @property
    def unstored_steps(self) -> tuple[MaskStep, ...]:
        """Return the steps in force that were made since the mask was last stored."""
        return self._steps_from(max(self.stack.cleanIndex(), 0))

    def redo_step(self, step: MaskStep) -> None:
        """Make a step of the history again."""
        self._move(StepKind.REDONE, step)

    def undo_step(self, step: MaskStep) -> None:
        """Take a step of the history back."""
        self._move(StepKind.UNDONE, step)

    def rest(self) -> None:
        """Pack the mask away while another image is shown."""
        self.abandon()
        self._resting = self._packed_start() if self.is_stored else packed_mask(self._finished)
        self._finished = self._shown = self._finished[:0]

    def wake(self) -> None:
        """Unpack the mask again."""
        if self._resting is not None:
            self._finished = unpacked_mask(self._resting, self.shape)
            self._shown = self._finished.copy()
            self._resting = None

    def _take(self, mask: BoolMask, revision: str) -> None:
        self._finished = mask.astype(np.bool_, copy=True)
        self._shown = self._finished.copy()
        self._revision = revision
        self._start = packed_mask(mask) if mask.flags.writeable else mask

    def _packed_start(self) -> bytes:
        if not isinstance(self._start, bytes):
            self._start = packed_mask(self._start)
        return self._start

    def _steps_from(self, first: int) -> tuple[MaskStep, ...]:
        commands = (self.stack.command(index) for index in range(first, self.stack.index()))
        return tuple(command.step for command in commands if isinstance(command, ChangeMask))

    def _push(self, step: MaskStep) -> None:
        count = self.stack.index()
        self.stack.push(ChangeMask(self, step))
        is_merged = self.stack.index() <= count
        self._tell(StepKind.CONTINUED if is_merged else StepKind.MADE, step)

    def _move(self, kind: StepKind, step: MaskStep) -> None:
        if self._is_restoring:
            return
        if not self._painted.is_empty:
            self.abandon()
            self.interrupted.emit()
        self._write(step.patch, is_undone=kind is StepKind.UNDONE)
        self._tell(kind, step)

    def _write(self, patch: MaskPatch, *, is_undone: bool) -> None:
        (patch.revert if is_undone else patch.apply)(self._finished)
        self._shown[patch.box.window] = self._finished[patch.box.window]
        self.changed.emit(patch.box)

    def _tell(self, kind: StepKind, step: MaskStep) -> None:
        self.version += 1
        refiner = None if step.refinement is None else step.refinement.model
        self.step_made.emit(WorkStep(kind, step.label.name, step.patch, refiner))
