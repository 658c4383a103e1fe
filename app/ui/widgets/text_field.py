"""A line that is checked as one types and handed over when one has finished."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.domain.errors import InvalidFieldError
from app.ui.widgets.field import Field

Check = Callable[[str], object]
"""Turns text into a value or raises InvalidFieldError."""


class TextField(QWidget):
    """A labelled line of text with a rule."""

    finished = Signal()
    """A valid text was entered that differs from the one before."""

    def __init__(
        self, label: str, check: Check | None = None, hint: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._check: Check = check or str.strip
        self.line = QLineEdit()
        self.field = Field(label, self.line, hint)
        self._settled = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.field)
        self.setFocusProxy(self.line)
        self.line.textEdited.connect(lambda _text: self._review())
        self.line.editingFinished.connect(self._finish)

    @property
    def value(self) -> object:
        """Return the checked value; raises InvalidFieldError."""
        return self._check(self.line.text())

    @property
    def is_valid(self) -> bool:
        """Say whether the text is permitted."""
        return self._review()

    @property
    def is_being_edited(self) -> bool:
        """Say whether the person has typed something that was not handed over yet."""
        return self.line.text() != self._settled

    def set_text(self, text: str, *, keeps_typing: bool = False) -> None:
        """Show a stored text; ``keeps_typing`` leaves what the person is typing over the same text."""
        if keeps_typing and text == self._settled and self.is_being_edited:
            return
        self._settled = text
        if self.line.text() != text:
            self.line.setText(text)
            self.line.setCursorPosition(0)
        self.field.show_error("")

    def _review(self) -> bool:
        try:
            self._check(self.line.text())
        except InvalidFieldError as error:
            self.field.show_error(str(error))
            return False
        self.field.show_error("")
        return True

    def _finish(self) -> None:
        self.line.setCursorPosition(0)
        if self.is_being_edited and self._review():
            self._settled = self.line.text()
            self.finished.emit()
