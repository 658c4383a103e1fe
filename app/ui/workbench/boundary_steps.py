"""The boundary moved, smoothed or cleared by a key, each time saying how far."""

from PySide6.QtCore import QObject

from app.domain.mask import PixelBox
from app.translation import N_, _
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.spaces import length_words
from app.ui.session import Session
from models.contract.imaging.regions import extent_px

_UNMOVED = N_(
    "The boundary stays as it is: there is nothing that one step would move and leave something of."
)
_SNAPPED = N_("Where the prediction is uncertain, the boundary went half way to it.")
_NOT_SNAPPED = N_(
    "The boundary stays as it is: it lies nowhere in the band in which the prediction is uncertain."
)


class BoundarySteps(QObject):
    """Does to the whole mask of the open image what a person asks for by one key."""

    def __init__(self, session: Session, canvas: EditorCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas

    def grow(self) -> None:
        """Move the boundary outwards by one step."""
        self._tell(_("Grown by {step}."), is_moved=self._canvas.editor.grow())

    def shrink(self) -> None:
        """Move the boundary inwards by one step."""
        self._tell(_("Shrunk by {step}."), is_moved=self._canvas.editor.shrink())

    def smooth(self) -> None:
        """Round off corners and notches of the boundary."""
        self._tell(_("Smoothed by {step}."), is_moved=self._canvas.editor.smooth())

    def snap(self) -> None:
        """Move the boundary half way to the prediction where that is uncertain."""
        self._session.tell(_(_SNAPPED if self._canvas.editor.snap() else _NOT_SNAPPED))

    def clear(self) -> None:
        """Empty the mask."""
        if self._canvas.editor.clear():
            self._session.tell(_("The mask is empty now; undo brings it back."))

    def fill_view(self) -> None:
        """Let the lesion fill the view; without a mask the whole image does."""
        mask = self._canvas.editor.finished_mask
        extent = None if mask is None else extent_px(mask)
        if extent is None:
            self._canvas.view.fit()
        else:
            self._canvas.view.fit_box(PixelBox(*extent))

    def _tell(self, done: str, *, is_moved: bool) -> None:
        step = length_words(self._canvas.editor.step_px(), self._canvas.view.mm_per_px)
        self._session.tell(done.format(step=step) if is_moved else _(_UNMOVED))
