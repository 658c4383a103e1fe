"""What stays in sight while the criteria of a form are gone through: the total, and what to do with it."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.translation import _
from app.ui.widgets.labels import plain_label


class ReadingFoot(QFrame):
    """Total, disagreement with the score, the buttons, and whether all is recorded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "foot")
        self.total = plain_label("", "heading", wraps=True)
        self._odds = plain_label("", "muted", wraps=True)
        self._state = plain_label("", "small", wraps=True)
        self.confirm_all = QPushButton(_("Confirm all"))
        self.confirm_all.setToolTip(_("Take every proposal that is not answered as your own answer"))
        self.record = QPushButton(_("Record reading"))
        self.record.setProperty("role", "primary")
        body = QVBoxLayout(self)
        body.setContentsMargins(14, 8, 14, 8)
        body.setSpacing(5)
        buttons = QHBoxLayout()
        buttons.addWidget(self.record)
        buttons.addWidget(self.confirm_all)
        buttons.addStretch(1)
        for label in (self.total, self._odds):
            body.addWidget(label)
        body.addLayout(buttons)
        body.addWidget(self._state)

    def say(self, total: str, odds: str, state: str) -> None:
        """Show the total or what is wrong, that it is at odds with the score, and what is recorded."""
        self.total.setText(total)
        say_or_hide(self._odds, odds)
        self._state.setText(state)


def say_or_hide(label: QLabel, words: str) -> None:
    """Show words, or hide the label when there are none."""
    label.setText(words)
    label.setVisible(bool(words))
