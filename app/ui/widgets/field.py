"""A form field with its label above, and below it the sentence that says what is wrong, with a remedy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.domain.errors import InvalidFieldError
from app.ui.widgets.labels import plain_label, restyle


@dataclass(frozen=True)
class Remedy:
    """What a person can do at once about a refused value."""

    text: str
    act: Callable[[], None]


class Field(QWidget):
    """A labelled editor with an inline error."""

    def __init__(self, label: str, editor: QWidget, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        self.editor = editor
        self._hint = hint
        self._remedy: Remedy | None = None
        name = plain_label(label, "small", wraps=True)
        name.setBuddy(editor)
        editor.setAccessibleName(label)
        self._sentence = plain_label(hint, "small", wraps=True)
        self.remedy_button = QPushButton()
        self.remedy_button.clicked.connect(self._act)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        for part in (name, editor, self._sentence):
            layout.addWidget(part)
        layout.addWidget(self.remedy_button, 0, Qt.AlignmentFlag.AlignLeft)
        Field.show_error(self, "")

    @property
    def error(self) -> str:
        """Return the sentence shown as wrong, or ''."""
        return self._sentence.text() if self.editor.property("state") == "wrong" else ""

    def show_hint(self, hint: str) -> None:
        """Show another hint, or none; a sentence about a mistake stays in its place."""
        self._hint = hint
        Field.show_error(self, self.error, self._remedy)

    def show_error(self, sentence: str, remedy: Remedy | None = None) -> None:
        """Mark the field as wrong with a sentence and what helps, or as right with ''."""
        restyle(self.editor, "state", "wrong" if sentence else "right")
        restyle(self._sentence, "role", "error" if sentence else "small")
        self._sentence.setText(sentence or self._hint)
        self._sentence.setVisible(bool(sentence or self._hint))
        self._remedy = remedy if sentence else None
        self.remedy_button.setText("" if self._remedy is None else self._remedy.text)
        self.remedy_button.setVisible(self._remedy is not None)
        self.editor.setAccessibleDescription(sentence or self._hint)

    def _act(self) -> None:
        if self._remedy is not None:
            self._remedy.act()


def show_refusal(field_by_name: Mapping[str, Field], error: InvalidFieldError) -> bool:
    """Show a refused value at its field; False when no field has that name."""
    field = field_by_name.get(error.field)
    if field is not None:
        field.show_error(str(error))
    return field is not None


def clear_errors(field_by_name: Mapping[str, Field]) -> None:
    """Mark all fields of a form as right."""
    for field in field_by_name.values():
        field.show_error("")
