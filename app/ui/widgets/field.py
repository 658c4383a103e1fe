"""A form field with its label above, and the sentence that says what is wrong below."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.widgets.labels import plain_label, restyle


class Field(QWidget):
    """A labelled editor with an inline error."""

    def __init__(self, label: str, editor: QWidget, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = editor
        self._hint = hint
        name = plain_label(label, "small", wraps=True)
        name.setBuddy(editor)
        editor.setAccessibleName(label)
        self._sentence = plain_label(hint, "small", wraps=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        for part in (name, editor, self._sentence):
            layout.addWidget(part)
        self.show_error("")

    @property
    def error(self) -> str:
        """Return the sentence shown as wrong, or ''."""
        return self._sentence.text() if self.editor.property("state") == "wrong" else ""

    def show_hint(self, hint: str) -> None:
        """Show another hint, or none; a sentence about a mistake stays in its place."""
        self._hint = hint
        self.show_error(self.error)

    def show_error(self, sentence: str) -> None:
        """Mark the field as wrong with a sentence, or as right with ''."""
        restyle(self.editor, "state", "wrong" if sentence else "right")
        restyle(self._sentence, "role", "error" if sentence else "small")
        self._sentence.setText(sentence or self._hint)
        self._sentence.setVisible(bool(sentence or self._hint))
        self.editor.setAccessibleDescription(sentence or self._hint)
