"""A line that is checked as one types and handed over when one has finished."""

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from app.ui.widgets.field import Field
from app.ui.widgets.form_entry import Check, FormEntry


class TextField(FormEntry):
    """A labelled line of text with a rule."""

    def __init__(
        self,
        label: str,
        check: Check | None = None,
        hint: str = "",
        parent: QWidget | None = None,
        *,
        tidied: Callable[[str], str] | None = None,
    ) -> None:
        self._check: Check = check or str.strip
        self._tidied = tidied
        self.line = QLineEdit()
        super().__init__(label, self.line, hint, parent)
        self.setFocusProxy(self.line)
        self.line.textEdited.connect(lambda _text: self.review())
        self.line.editingFinished.connect(self.hand_over)

    @property
    def field(self) -> Field:
        """Return the label with the sentence, which is this widget itself."""
        return self

    @property
    def value(self) -> object:
        """Return the checked value; raises InvalidFieldError."""
        return self._check(self.line.text())

    @property
    def raw(self) -> str:
        """Return the text of the line."""
        return self.line.text()

    def put(self, raw: object) -> None:
        """Show a text from its beginning."""
        text = str(raw)
        if self.line.text() != text:
            self.line.setText(text)
            self.line.setCursorPosition(0)

    def checked(self, raw: object) -> object:
        """Return the value that the text means."""
        return self._check(str(raw))

    def set_text(self, text: str) -> None:
        """Show a stored text."""
        self.show_stored(text, keeps=False)

    def hand_over(self) -> None:
        """Hand over what was typed, as it will be kept."""
        self.line.setCursorPosition(0)
        if self._tidied is not None and self.is_being_edited and self.review():
            self.line.setText(self._tidied(self.line.text()))
        super().hand_over()
