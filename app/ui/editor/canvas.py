"""The correction canvas: draws, corrects and remembers the mask of the image that is shown.

Requests come in as methods, facts go out as signals; the mask of a shown image is changed nowhere else.
"""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QWidget

from app.domain.ids import ImageId
from app.domain.mask import PixelBox
from app.ui.editor.document import MaskDocument
from app.ui.editor.pointing import ToolViewport
from app.ui.editor.raster import Spans
from models.contract.arrays import BoolMask, ProbabilityMap, RgbImage
from models.contract.postprocess import lesion_mask
from models.contract.regions import largest_component, without_holes


class EditorCanvas(ToolViewport):
    """Shows an image with its layers and lets a person correct the mask."""

    mask_edited = Signal()
    """A step was made, undone or redone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.undo_group = QUndoGroup(self)
        """One stack per image, kept while the application runs."""
        self._documents: dict[ImageId, MaskDocument] = {}
        self._document: MaskDocument | None = None
        self._prediction: BoolMask | None = None
        self._probability: ProbabilityMap | None = None

    def show_image(self, pixels: RgbImage, image_id: ImageId | None = None) -> None:
        """Show an image (H, W, 3) uint8; work on it that was left unfinished comes back with its history.

        Without ``image_id`` the history ends when another image is shown.
        """
        self._leave()
        self._show(pixels)
        shape = (pixels.shape[0], pixels.shape[1])
        document = self._documents.get(image_id) if image_id is not None else None
        if document is None or document.shape != shape:
            document = self._opened(image_id, shape)
        document.wake()
        self._document = document
        document.changed.connect(self._renew)
        document.changed.connect(self._show_document_mask)
        document.step_made.connect(self._step_made)
        document.interrupted.connect(self._interrupt)
        self.undo_group.setActiveStack(document.stack)
        self._show_mask(document.shown)

    def show_nothing(self) -> None:
        """Show no image."""
        self._leave()
        self._show(None)

    def set_prediction(self, mask: BoolMask | None, probability: ProbabilityMap | None) -> None:
        """Take what the model said: mask (H, W) bool and probability (H, W) float32; the mask stays."""
        self._prediction, self._probability = mask, probability
        self._show_probability(probability)

    def set_mask(self, mask: BoolMask | None, revision: str = "") -> None:
        """Take a stored mask (H, W) bool, without an undo entry; None is an empty one."""
        if self._document is not None:
            self.cancel_gesture()
            shape = self._document.shape
            self._document.replace(np.zeros(shape, dtype=np.bool_) if mask is None else mask, revision)

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
        return document

    def _leave(self) -> None:
        """Put the shown image's work away."""
        self.cancel_gesture()
        document, self._document = self._document, None
        self._prediction = self._probability = None
        if document is None:
            return
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
        if self._document is not None and self._frame.mask is not self._document.shown:
            self._show_mask(self._document.shown)

    def _step_made(self) -> None:
        self.mask_edited.emit()

    def _interrupt(self) -> None:
        """Drop a gesture whose painting the history has overtaken."""
        self.cancel_gesture()
