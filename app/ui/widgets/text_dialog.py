"""A dialog with a title, paragraphs of plain text and one or two buttons."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from app.translation import _
from app.ui.theme import icon_pixmap
from app.ui.widgets.labels import plain_label, selectable
from app.ui.widgets.page_dialog import PageDialog

_TEXT_PX = 532


class TextDialog(PageDialog):
    """Says something that the person should read, and may ask one thing below (``asks``)."""

    def __init__(
        self,
        title: str,
        paragraphs: Sequence[str],
        *,
        accept_text: str = "",
        reject_text: str = "",
        asks: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        picture = QLabel()
        picture.setPixmap(icon_pixmap("naevus", "#000000", 48))
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(picture)
        head.addWidget(plain_label(title, "title"), 1)
        self.page.setContentsMargins(24, 20, 24, 6)
        self.foot.setContentsMargins(24, 6, 24, 18)
        self.page.setSpacing(12)
        self.page.addLayout(head)
        text = selectable(plain_label("\n\n".join(paragraphs), wraps=True))
        text.setFixedWidth(_TEXT_PX)
        self.page.addWidget(text)
        # Only in its place and with the theme's font does it know how high its lines are.
        text.ensurePolished()
        text.setMinimumHeight(text.heightForWidth(_TEXT_PX))
        if asks is not None:
            self.page.addWidget(asks)
            asks.setFocus()
        self.foot.addLayout(self._buttons(accept_text, reject_text))

    def _buttons(self, accept_text: str, reject_text: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        if reject_text:
            reject = QPushButton(reject_text)
            reject.clicked.connect(self.reject)
            row.addWidget(reject)
        accept = QPushButton(accept_text or _("Close"))
        accept.setProperty("role", "primary")
        accept.setDefault(True)
        accept.clicked.connect(self.accept)
        row.addWidget(accept)
        return row
