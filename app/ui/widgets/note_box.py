"""A few lines of free text, handed over when the person leaves them."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

_PAUSE_MS = 1500
"""A pause in typing after which the text is handed over as well."""


class NoteBox(QPlainTextEdit):
    """Plain text; Tab moves on instead of indenting."""

    finished = Signal()

    def __init__(self, lines: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * lines + 20)
        self._settled = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.finish)
        self.textChanged.connect(self._wait)

    def set_text(self, text: str, *, keeps_typing: bool = False) -> None:
        """Show a stored text; ``keeps_typing`` leaves what the person is typing over the same text."""
        if keeps_typing and text == self._settled and self.toPlainText() != text:
            return
        self._settled = text
        if self.toPlainText() != text:
            self.setPlainText(text)
        self._timer.stop()

    def finish(self) -> None:
        """Hand the text over if it changed."""
        self._timer.stop()
        if self.toPlainText() != self._settled:
            self._settled = self.toPlainText()
            self.finished.emit()

    def _wait(self) -> None:
        if self.toPlainText() != self._settled:
            self._timer.start()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hand the text over when the focus leaves."""
        super().focusOutEvent(event)
        self.finish()
