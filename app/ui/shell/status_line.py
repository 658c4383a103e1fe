"""The foot of the window: where the work is kept, where the pointer is, how large the image is shown."""

from datetime import datetime

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStatusBar

from app.domain.revision import RevisionReason
from app.text.research_use import RESEARCH_USE
from app.translation import N_, _
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.journal_writer import SavedState
from app.ui.editor.spaces import Point
from app.ui.widgets.labels import plain_label
from app.ui.workbench.correction import Correction

_PASSING_MS = 8000
"""How long news that needs no answer stays."""

_SAVED_WORDS = {
    SavedState.STORED: N_("The boundary is as it is stored"),
    SavedState.JOURNALED: N_("Every stroke is kept; not yet saved as a revision (Ctrl+S)"),
    SavedState.WRITING: N_("Keeping the stroke…"),
    SavedState.NOT_SAVED: N_("Not saved yet (Ctrl+S)"),
}


class StatusLine(QObject):
    """Fills a status bar and follows the canvas."""

    def __init__(self, bar: QStatusBar, canvas: EditorCanvas, correction: Correction) -> None:
        super().__init__(bar)
        self._bar = bar
        self._canvas = canvas
        self.saved, self.pace, self._zoom, self._cursor = (plain_label("", "small") for _ in range(4))
        bar.setSizeGripEnabled(False)
        self.saved.setContentsMargins(10, 2, 10, 2)
        bar.addWidget(self.saved, 1)
        for label in (self.pace, self._cursor, self._zoom, plain_label(_(RESEARCH_USE), "small")):
            label.setContentsMargins(10, 2, 10, 2)
            bar.addPermanentWidget(label)
        correction.stored.connect(self._show_stored)
        # What was told of the boundary before says nothing of the one that is shown now.
        correction.corrected_elsewhere.connect(lambda: self._show_saving(canvas.editor.saved_state))
        canvas.editor.saved_state_changed.connect(self._show_saving)
        canvas.view.view_changed.connect(self._show_zoom)
        canvas.input.cursor_moved.connect(self._show_cursor)

    def tell(self, text: str) -> None:
        """Say something in passing."""
        self._bar.showMessage(text, _PASSING_MS)

    def forget(self) -> None:
        """Say nothing about a case that is no longer shown."""
        if not self._canvas.editor.has_unsaved_work:
            self.saved.setText("")

    def _show_saving(self, state: SavedState) -> None:
        self.saved.setText(_(_SAVED_WORDS[state]))

    def _show_stored(self, reason: RevisionReason) -> None:
        """Say when; the canvas has told before that its work is stored."""
        at = datetime.now().astimezone()
        if reason is RevisionReason.CONFIRMED:
            self.saved.setText(_("Boundary confirmed at {at:%H:%M:%S}").format(at=at))
        else:
            self.saved.setText(_("Correction saved at {at:%H:%M:%S}").format(at=at))

    def _show_zoom(self) -> None:
        self._zoom.setText(f"{100 * self._canvas.view.zoom:.0f} %")

    def _show_cursor(self, image_xy: Point | None) -> None:
        self._cursor.setText(
            ""
            if image_xy is None
            else _("x {image_xy:.0f}  y {image_xy_2:.0f} px").format(
                image_xy=image_xy[0], image_xy_2=image_xy[1]
            )
        )
