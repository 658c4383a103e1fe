"""A strip that says one sentence and offers at most one thing to do about it."""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from app.translation import _
from app.ui.widgets.labels import plain_label, restyle

_PASSING_MS = 8000
"""How long a notice that needs no answer stays."""


class NoticeBar(QFrame):
    """Shows the newest notice; errors and warnings stay until they are closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self._action: Callable[[], None] | None = None
        self._sentence = plain_label(wraps=True)
        self._button = QPushButton()
        self._button.clicked.connect(self._act)
        self.close_button = QToolButton()
        self.close_button.setAccessibleName(_("Close the notice"))
        self.close_button.setText(_("Close"))
        self.close_button.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.addWidget(self._sentence, 1)
        layout.addWidget(self._button)
        layout.addWidget(self.close_button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """Return the sentence that is shown, or was shown last."""
        return self._sentence.text()

    def show_notice(
        self, text: str, kind: str, action_text: str = "", action: Callable[[], None] | None = None
    ) -> None:
        """Show a sentence; ``kind`` is 'information', 'warning' or 'error'."""
        restyle(self, "kind", kind)
        self._sentence.setText(text)
        self._action = action
        self._button.setText(action_text)
        self._button.setVisible(bool(action_text))
        self.setAccessibleName(text)
        self.show()
        if kind == "information":
            self._timer.start(_PASSING_MS)
        else:
            self._timer.stop()

    def _act(self) -> None:
        action, self._action = self._action, None
        self.hide()
        if action is not None:
            action()
