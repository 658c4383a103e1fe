"""A framed group with a heading."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.widgets.labels import plain_label


class Card(QFrame):
    """A heading and what belongs under it; add to ``body``."""

    def __init__(self, heading: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(14, 12, 14, 14)
        self.body.setSpacing(8)
        self.head = QHBoxLayout()
        if heading:
            self.head.addWidget(plain_label(heading, "heading"), 1, Qt.AlignmentFlag.AlignVCenter)
            self.body.addLayout(self.head)


def rule() -> QFrame:
    """Return a thin horizontal line."""
    line = QFrame()
    line.setProperty("role", "rule")
    return line
