"""The correction canvas: draws, corrects and remembers the mask of the image that is shown.

Requests come in as methods, facts go out as signals; the mask of a shown image is changed nowhere else.
"""

import numpy as np
from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QWidget

from app.domain.ids import ImageId
from app.domain.mask import PixelBox
from app.domain.stroke_journal import WorkStep
from app.ui.editor.document import MaskDocument
from app.ui.editor.journal_writer import JournalWriter, SavedState
from app.ui.editor.raster import Spans
from app.ui.editor.tool_input import ToolViewport
from app.usecases.ports import StrokeJournal
from models.contract.arrays import BoolMask, ProbabilityMap, RgbImage
from models.contract.imaging.postprocess import lesion_mask
from models.contract.imaging.regions import largest_component, without_holes


class EditorCanvas(ToolViewport):
    """Shows an image with its layers and lets a person correct the mask."""

    mask_edited = Signal()
    """A step was made, undone or redone."""
    saved_state_changed = Signal(object)
    """SavedState of the work on the shown image."""
    problem_noticed = Signal(str)
    """A sentence to show: the journal could not be read or written."""

    def __init__(self, parent: QWidget | None = None, *, journal: StrokeJournal | None = None) -> None:
        super().__init__(parent)
        self.undo_group = QUndoGroup(self)
        """One stack per image, kept while the application runs."""
        self._documents: dict[ImageId, MaskDocument] = {}
        self._document: MaskDocument | None = None
        self._prediction: BoolMask | None = None
        self._probability: ProbabilityMap | None = None
        self._last_state = SavedState.STORED
        self._journal_writer = JournalWriter(journal, self)
        self._journal_writer.state_changed.connect(self._tell_state)
        self._journal_writer.failed.connect(self.problem_noticed)
        if (application := QCoreApplication.instance()) is not None:
            application.aboutToQuit.connect(self.wait_until_kept)

    def show_image(self, pixels: RgbImage, image_id: ImageId | None = None) -> None:
        """Show an image (H, W, 3) uint8; unfinished work on it comes back with its history.

        That is work of this session or, from the journal, of one that ended in a crash. Without
        ``image_id`` nothing is journalled and the history ends when another image is shown.
        """
        self._leave()
        self._show(pixels)
        shape = (pixels.shape[0], pixels.shape[1])
        document = self._documents.get(image_id) if image_id is not None else None
        if document is None:
            document = self._opened(image_id, shape)
        document.wake()
        self._document = document
        document.changed.connect(self._renew)
        document.changed.connect(self._show_document_mask)
        document.step_made.connect(self._step_made)
        document.interrupted.connect(self._interrupt)
        self.undo_group.setActiveStack(document.stack)
        self._show_mask(document.shown)
        self._tell_state()

    def show_nothing(self) -> None:
        """Show no image."""
        self._leave()
        self._show(None)

    def set_prediction(self, mask: BoolMask | None, probability: ProbabilityMap | None) -> None:
        """Take what the model said: mask (H, W) bool and probability (H, W) float32; the mask stays."""
        self._prediction, self._probability = mask, probability
        self._show_probability(probability)

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
        self.cancel_gesture()
        document.replace(np.zeros(document.shape, dtype=np.bool_) if mask is None else mask, revision)
        if document.image_id is not None:
            self._journal_writer.close(document.image_id)
        self._tell_state()
        return True

    def mark_stored(self, image_id: ImageId, version: int, revision: str = "") -> None:
        """Note that the mask of ``version`` is stored as a revision; newer steps stay in the journal."""
        document = self._documents.get(image_id)
        if document is not None and document.version == version:
            document.mark_stored(revision)
            self._journal_writer.close(image_id)
            self._tell_state()

    @property
    def has_unsaved_work(self) -> bool:
        """Say whether the shown image has steps, or a stroke on its way, that no revision holds."""
        document = self._document
        return document is not None and (document.is_painting or not document.is_stored)

    @property
    def saved_state(self) -> SavedState:
        """Return where the work on the shown image is."""
        if self._document is None:
            return SavedState.STORED
        return self._journal_writer.state(self._document.image_id, is_stored=self._document.is_stored)

    def wait_until_kept(self) -> None:
        """Wait until every step is written to the journal; call it before the application ends."""
        self.cancel_gesture()
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
            self._become(lesion_mask(self._probability, threshold), "threshold")

    def reset_to_prediction(self) -> None:
        """Take the model's mask again."""
        if self._prediction is not None:
            self._become(self._prediction, "reset")

    def fill_holes(self) -> None:
        """Fill what the mask encloses."""
        if self._document is not None:
            self._become(without_holes(self._document.mask), "fill_holes")

    def keep_largest(self) -> None:
        """Keep the mask's largest region only."""
        if self._document is not None:
            self._become(largest_component(self._document.mask), "keep_largest")

    def clear(self) -> None:
        """Empty the mask."""
        if self._document is not None:
            self._become(np.zeros(self._document.shape, dtype=np.bool_), "clear")

    def paint(self, spans: Spans, *, value: bool) -> None:
        """Paint or erase pixels of the unfinished stroke."""
        if self._document is not None:
            self._document.paint(spans, value=value)

    def finish(self, tool: str) -> None:
        """Make what was painted one step of the history."""
        if self._document is not None:
            self._document.finish(tool)

    def _drop_painting(self) -> None:
        if self._document is not None:
            self._document.abandon()

    def _become(self, mask: BoolMask, tool: str) -> None:
        self.cancel_gesture()
        if self._document is not None:
            self._document.become(mask, tool)

    def _opened(self, image_id: ImageId | None, shape: tuple[int, int]) -> MaskDocument:
        document = MaskDocument(image_id, np.zeros(shape, dtype=np.bool_), self)
        self.undo_group.addStack(document.stack)
        if image_id is not None:
            self._documents[image_id] = document
            self._restore(document, image_id)
        return document

    def _restore(self, document: MaskDocument, image_id: ImageId) -> None:
        """Take up work that the journal kept from a former run."""
        work = self._journal_writer.unfinished(image_id)
        if work is None:
            return
        if work.start.shape == document.shape:
            document.restore(work)
        else:
            self._journal_writer.close(image_id)
            self.problem_noticed.emit(
                "Unfinished work on this image does not fit its size and was put aside with its journal."
            )

    def _leave(self) -> None:
        """Put the shown image's work away."""
        self.cancel_gesture()
        document, self._document = self._document, None
        self._prediction = self._probability = None
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

    def _show_document_mask(self, _changed: PixelBox) -> None:
        """Follow the document when it took another array."""
        if self._document is not None and self._renderer.mask is not self._document.shown:
            self._show_mask(self._document.shown)

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

    def _interrupt(self) -> None:
        """Drop a gesture whose painting the history has overtaken."""
        self.cancel_gesture()
