"""The strip at the foot of a window of its own, which says what Naevus is not."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.text.research_use import RESEARCH_USE
from app.translation import _
from app.ui.widgets.labels import plain_label


class ResearchFoot(QFrame):
    """Always there, small, and in nobody's way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "foot")
        line = QVBoxLayout(self)
        line.setContentsMargins(14, 5, 14, 6)
        line.addWidget(plain_label(_(RESEARCH_USE), "small", wraps=True))
