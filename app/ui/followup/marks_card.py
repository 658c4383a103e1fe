"""The structures that a person found new on the later image."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.domain.followup.marked_structure import LONGEST_NOTE, MarkedStructure
from app.text.figures import moment
from app.text.followup import mark_words
from app.translation import _
from app.ui.widgets.card import Card
from app.ui.widgets.labels import plain_label


class MarksCard(Card):
    """Lists the marks; a new one is begun here and drawn on the image."""

    marking_changed = Signal(bool)
    withdrawn = Signal(str)
    """Id of the mark that no longer holds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("New structures"), parent)
        self.marks: Sequence[MarkedStructure] = ()
        self.note = QLineEdit()
        self.note.setMaxLength(LONGEST_NOTE)
        self.note.setPlaceholderText(_("Note, then Return"))
        self.note.setAccessibleName(_("Note to the next mark"))
        self.mark_button = QToolButton()
        self.mark_button.setText(_("Mark (M)"))
        self.mark_button.setCheckable(True)
        self.mark_button.setToolTip(_("Click a point of the later image, or drag an ellipse"))
        self.mark_button.toggled.connect(self.marking_changed)
        line = QHBoxLayout()
        line.addWidget(self.note, 1)
        line.addWidget(self.mark_button)
        self.body.addLayout(line)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(5)
        self.body.addLayout(self._rows)
        self.show_marks(())

    def show_marks(self, marks: Sequence[MarkedStructure]) -> None:
        """Show the marks that hold."""
        self.marks = tuple(marks)
        while (row := self._rows.takeAt(0)) is not None:
            if (widget := row.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if not marks:
            words = _("Nothing marked. What you mark is stored with your name; it is no decision.")
            self._rows.addWidget(plain_label(words, "small", wraps=True))
        for number, mark in enumerate(marks, start=1):
            self._rows.addWidget(self._row(mark, number))

    def _row(self, mark: MarkedStructure, number: int) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(plain_label(mark_words(mark, number), "", wraps=True))
        by = _("by {author}, {moment}").format(author=mark.author, moment=moment(mark.created_at))
        words.addWidget(plain_label(by, "small", wraps=True))
        layout.addLayout(words, 1)
        button = QPushButton(_("Withdraw"))
        button.setAccessibleName(_("Withdraw mark {number}").format(number=number))
        # Return, pressed anywhere in the window, must not withdraw anything.
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self.withdrawn.emit(mark.id))
        layout.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return row
