"""The masks under correction: one document with its history per lesion, kept in the journal step by step.

Requests come in as methods, facts go out as signals; the mask of an open image is changed nowhere else.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QUndoGroup

from app.domain.analysis.prediction import ModelRef
from app.domain.ids import ImageId, WorkId
from app.domain.mask import PixelBox
from app.domain.other_lesions import FIRST_LESION
from app.domain.stroke_journal import WorkStep, work_id
from app.translation import N_, _
from app.ui.editor.document import MaskDocument
from app.ui.editor.journal_writer import JournalWriter, SavedState
from app.ui.editor.mask_operations.growth import grown, shrunk, smoothed, step_px
from app.ui.editor.mask_operations.snap import snapped
from app.ui.editor.mask_step import MaskStep, Refinement
from app.ui.editor.raster import Spans
from app.ui.editor.step_label import StepLabel, StepOrigin
from app.ui.editor.tools import TOOLS
from app.usecases.corrections.stroke_journal import StrokeJournal
from models.contract.arrays import BoolMask, ProbabilityMap
from models.contract.imaging.postprocess import lesion_mask
from models.contract.imaging.regions import largest_component, without_holes

_THRESHOLD = StepLabel("threshold", "threshold", merge_id=1, origin=StepOrigin.ANEW)
_RESET = StepLabel("reset", N_("reset to prediction"), origin=StepOrigin.ANEW)
_FILL_HOLES = StepLabel("fill_holes", N_("fill holes"))
_KEEP_LARGEST = StepLabel("keep_largest", N_("keep largest region"))
_CLEAR = StepLabel("clear", N_("clear mask"), origin=StepOrigin.ANEW)
_GROW = StepLabel("grow", N_("grow"))
_SHRINK = StepLabel("shrink", N_("shrink"))
_SMOOTH = StepLabel("smooth", N_("smooth"))
_SNAP = StepLabel("snap", N_("snap to prediction"), origin=StepOrigin.MODEL)
_CLICK = StepLabel("click", N_("click"), origin=StepOrigin.MODEL)

_COMMAND_STEPS = (
    _THRESHOLD,
    _RESET,
    _FILL_HOLES,
    _KEEP_LARGEST,
    _CLEAR,
    _GROW,
    _SHRINK,
    _SMOOTH,
    _SNAP,
    _CLICK,
)
_TOOL_STEPS = tuple(tool.step for tool in TOOLS.values() if tool.step is not None)
_LABEL_BY_NAME = {label.name: label for label in (*_COMMAND_STEPS, *_TOOL_STEPS)}


class MaskEditor(QObject):
    """Corrects the mask of the open image and remembers those of the others."""

    mask_replaced = Signal(object)
    """BoolMask (H, W) that holds from now on what is to be shown; it is changed in place."""
    box_changed = Signal(object)
    """PixelBox of the image in which the shown mask changed."""
    interrupted = Signal()
    """What is being drawn has to be given up: the mask becomes another one."""
    mask_edited = Signal()
    """A step was made, undone or redone."""
    image_opened = Signal()
    """The mask of another image, or of none, is in hand."""
    saved_state_changed = Signal(object)
    """SavedState of the work on the open image."""
    problem_noticed = Signal(str)
    """A sentence to show: the journal could not be read or written."""

    def __init__(self, parent: QObject | None = None, *, journal: StrokeJournal | None = None) -> None:
        super().__init__(parent)
        self.undo_group = QUndoGroup(self)
        """One stack per lesion of an image, kept while the application runs."""
        self._documents: dict[WorkId, MaskDocument] = {}
        self._document: MaskDocument | None = None
        self._prediction: BoolMask | None = None
        self._probability: ProbabilityMap | None = None
        self._band: NDArray[np.float32] | None = None
        self._shown: BoolMask | None = None
        self._last_state = SavedState.STORED
        self._journal_writer = JournalWriter(journal, self)
        self._journal_writer.state_changed.connect(self._tell_state)
        self._journal_writer.failed.connect(self.problem_noticed)
        if (application := QCoreApplication.instance()) is not None:
            application.aboutToQuit.connect(self.wait_until_kept)

    def open_image(
        self, image_id: ImageId | None, shape: tuple[int, int], *, lesion: int = FIRST_LESION
    ) -> None:
        """Open the mask of a lesion of an image; unfinished work on it comes back with its history.

        That is work of this session or, from the journal, of one that ended in a crash. Without
        ``image_id`` nothing is journalled and the history ends when another image is opened.
        """
        self.close_image()
        work = None if image_id is None else work_id(image_id, lesion)
        document = None if work is None else self._documents.get(work)
        if document is None:
            document = self._opened(image_id, shape, lesion)
        document.wake()
        self._document = document
        document.changed.connect(self._show_change)
        document.step_made.connect(self._step_made)
        document.interrupted.connect(self.interrupted)
        self.undo_group.setActiveStack(document.stack)
        self._show_document()
        self._tell_state()
        self.image_opened.emit()

    def foresee(self, image_ids: Sequence[ImageId]) -> None:
        """Prepare to open images that were not opened yet, in place of those named before."""
        wanted = map(work_id, image_ids)
        self._journal_writer.foresee([one for one in wanted if one not in self._documents])

    def close_image(self) -> None:
        """Put the open image's work away."""
        self._interrupt()
        document, self._document = self._document, None
        self._prediction = self._probability = self._band = self._shown = None
        if document is None:
            return
        document.stack.setActive(False)
        document.changed.disconnect()
        document.step_made.disconnect()
        document.interrupted.disconnect()
        if document.image_id is None:
            self.undo_group.removeStack(document.stack)
            document.deleteLater()
        else:
            document.rest()
        self.image_opened.emit()

    def set_prediction(self, mask: BoolMask | None, probability: ProbabilityMap | None) -> None:
        """Take what the model said: mask (H, W) bool and probability (H, W) float32; the mask stays."""
        self._prediction, self._probability = mask, probability

    def set_band(self, band: NDArray[np.float32] | None) -> None:
        """Take where the predicted boundary is uncertain, (h, w) in [0, 1], stretched; None when unknown."""
        self._band = band

    def set_mask(
        self, mask: BoolMask | None, revision: str = "", *, replaces_unsaved_work: bool = False
    ) -> bool:
        """Take a stored mask (H, W) bool without an undo entry; None is an empty one.

        Returns False, and changes nothing, when the image has work that is not stored yet; that is given up
        only when ``replaces_unsaved_work`` says so.
        """
        document = self._document
        if document is None or (self.has_unsaved_work and not replaces_unsaved_work):
            return False
        self._interrupt()
        document.replace(np.zeros(document.shape, dtype=np.bool_) if mask is None else mask, revision)
        if document.work_id is not None:
            self._journal_writer.close(document.work_id)
        self._tell_state()
        return True

    def mark_stored(self, work: WorkId, version: int, revision: str = "") -> None:
        """Note that the mask of ``version`` is stored as a revision; newer steps stay in the journal."""
        document = self._documents.get(work)
        if document is not None and document.version == version:
            document.mark_stored(revision)
            self._journal_writer.close(work)
            self._tell_state()

    @property
    def image_id(self) -> ImageId | None:
        """Return the image whose mask is open; None without one, and for one that is not journalled."""
        return None if self._document is None else self._document.image_id

    @property
    def predicted_mask(self) -> BoolMask | None:
        """Return what the model said, (H, W) bool; do not write to it."""
        return self._prediction

    @property
    def steps(self) -> tuple[MaskStep, ...]:
        """Return the steps of the open image's history that are in force, the oldest first."""
        return () if self._document is None else self._document.steps

    @property
    def unstored_refiners(self) -> tuple[ModelRef, ...]:
        """Return the models that helped to draw what is not stored yet, each once."""
        steps = () if self._document is None else self._document.unstored_steps
        helped = (step.refinement.model for step in steps if step.refinement is not None)
        return tuple(dict.fromkeys(helped))

    @property
    def has_unsaved_work(self) -> bool:
        """Say whether the open image has steps, or a stroke on its way, that no revision holds."""
        document = self._document
        return document is not None and (document.is_painting or not document.is_stored)

    @property
    def saved_state(self) -> SavedState:
        """Return where the work on the open image is."""
        if self._document is None:
            return SavedState.STORED
        return self._journal_writer.state(self._document.work_id, is_stored=self._document.is_stored)

    def wait_until_kept(self) -> None:
        """Wait until every step is written to the journal; call it before the application ends."""
        self._interrupt()
        self._journal_writer.wait()

    def current_mask(self) -> BoolMask | None:
        """Return a copy of the mask (H, W) bool with all finished steps; None without an image."""
        return None if self._document is None else self._document.mask.copy()

    def mask_version(self) -> int:
        """Return a number that grows with every step; it names the mask that ``current_mask`` returns."""
        return 0 if self._document is None else self._document.version

    def set_threshold(self, threshold: float) -> None:
        """Take the lesion from the probability map; successive thresholds are one step to undo."""
        if self._probability is not None:
            self._become(lesion_mask(self._probability, threshold), _THRESHOLD)

    def reset_to_prediction(self) -> None:
        """Take the model's mask again."""
        if self._prediction is not None:
            self._become(self._prediction, _RESET)

    def fill_holes(self) -> None:
        """Fill what the mask encloses."""
        if self._document is not None:
            self._become(without_holes(self._document.mask), _FILL_HOLES)

    def keep_largest(self) -> None:
        """Keep the mask's largest region only."""
        if self._document is not None:
            self._become(largest_component(self._document.mask), _KEEP_LARGEST)

    def clear(self) -> bool:
        """Empty the mask; False when it is empty already."""
        return self._document is not None and self._become(
            np.zeros(self._document.shape, dtype=np.bool_), _CLEAR
        )

    def step_px(self) -> int:
        """Return how far ``grow``, ``shrink`` and ``smooth`` move the boundary, in image pixels."""
        return step_px(self._document.shape) if self._document is not None else 0

    def grow(self) -> bool:
        """Move the boundary outwards by one step; False when the mask stays as it is."""
        return self._step_that_leaves_something(grown, _GROW)

    def shrink(self) -> bool:
        """Move the boundary inwards by one step; False when the mask stays as it is."""
        return self._step_that_leaves_something(shrunk, _SHRINK)

    def smooth(self) -> bool:
        """Round off corners and notches of about one step; False when the mask stays as it is."""
        return self._step_that_leaves_something(smoothed, _SMOOTH)

    def snap(self) -> bool:
        """Move the boundary half way to the predicted one where that is uncertain; False when it stays."""
        if self._document is None or self._prediction is None or self._band is None:
            return False
        return self._become(snapped(self._document.mask, self._prediction, self._band), _SNAP)

    def take_refined(self, mask: BoolMask, refinement: Refinement) -> bool:
        """Take a mask (H, W) bool that a model redrew from clicks; False when it stays as it is."""
        if self._document is None:
            return False
        self._interrupt()
        return self._document.become(mask, _CLICK, refinement)

    def _step_that_leaves_something(
        self, moved: Callable[[BoolMask, float], BoolMask], label: StepLabel
    ) -> bool:
        """Move the boundary by one step, unless nothing would be left of the mask."""
        if self._document is None:
            return False
        mask = moved(self._document.mask, self.step_px())
        return bool(mask.any()) and self._become(mask, label)

    @property
    def finished_mask(self) -> BoolMask | None:
        """Return the mask (H, W) with all finished steps, not copied; do not write to it."""
        return None if self._document is None else self._document.mask

    def paint_block(self, box: PixelBox, block: BoolMask) -> None:
        """Let the unfinished stroke be ``block`` (h, w) in a box of the image."""
        if self._document is not None:
            self._document.paint_block(box, block)

    def paint(self, spans: Spans, *, value: bool) -> None:
        """Paint or erase pixels of the unfinished stroke."""
        if self._document is not None:
            self._document.paint(spans, value=value)

    def finish(self, label: StepLabel, *, is_exact: bool = False) -> None:
        """Make what was painted one step of the history, pinholes and crumbs mended unless it is exact."""
        if self._document is not None:
            self._document.finish(label, is_exact=is_exact)

    def abandon(self) -> None:
        """Give up what was painted since the last step."""
        if self._document is not None:
            self._document.abandon()

    def _become(self, mask: BoolMask, label: StepLabel) -> bool:
        self._interrupt()
        return self._document is not None and self._document.become(mask, label)

    def _interrupt(self) -> None:
        """Give up what is being drawn: the gesture of a tool, and what it painted."""
        self.interrupted.emit()
        self.abandon()

    def _opened(self, image_id: ImageId | None, shape: tuple[int, int], lesion: int) -> MaskDocument:
        document = MaskDocument(image_id, np.broadcast_to(np.False_, shape), self, lesion=lesion)
        self.undo_group.addStack(document.stack)
        if document.work_id is not None:
            self._documents[document.work_id] = document
            self._restore(document, document.work_id)
        return document

    def _restore(self, document: MaskDocument, named: WorkId) -> None:
        """Take up work that the journal kept from a former run."""
        work = self._journal_writer.unfinished(named)
        if work is None:
            return
        if work.start.shape == document.shape:
            document.restore(work, _LABEL_BY_NAME)
        else:
            self._journal_writer.close(named)
            self.problem_noticed.emit(
                _("Unfinished work on this image does not fit its size and was put aside with its journal.")
            )

    def _show_change(self, box: PixelBox) -> None:
        """Follow the document: a box of the mask changed, or it took another array."""
        self.box_changed.emit(box)
        if self._document is not None and self._shown is not self._document.shown:
            self._show_document()

    def _show_document(self) -> None:
        if self._document is not None:
            self._shown = self._document.shown
            self.mask_replaced.emit(self._shown)

    def _step_made(self, step: WorkStep) -> None:
        document = self._document
        if document is not None and (start := document.start) is not None:
            self._journal_writer.keep(start, step)
        self._tell_state()
        self.mask_edited.emit()

    def _tell_state(self) -> None:
        if self.saved_state is not self._last_state:
            self._last_state = self.saved_state
            self.saved_state_changed.emit(self._last_state)
