"""A strip that shows how far a long job is and lets the person stop it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.translation import _
from app.ui.widgets.labels import ElidedLabel


class ProgressFoot(QFrame):
    """Hidden until there is progress to show."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "foot")
        self._label = ElidedLabel("", "small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._cancel = QPushButton(_("Stop"))
        self._cancel.setAccessibleName(_("Stop what is running"))
        self._cancel.clicked.connect(self._ask_to_cancel)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._label)
        words.addWidget(self._bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 7, 10, 8)
        layout.addLayout(words, 1)
        layout.addWidget(self._cancel)
        self.hide()

    def show_progress(self, done: int, of: int, label: str) -> None:
        """Show that ``done`` of ``of`` steps are finished; 0 of 0 means the length is unknown."""
        self._bar.setRange(0, of)
        self._bar.setValue(done)
        self._bar.setAccessibleName(label)
        self._label.setText(label)
        self._cancel.setEnabled(True)
        self.show()

    def finish(self) -> None:
        """Hide the strip."""
        self.hide()

    def _ask_to_cancel(self) -> None:
        self._cancel.setEnabled(False)
        self._label.setText(_("Stopping…"))
        self.cancel_requested.emit()
