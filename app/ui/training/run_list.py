"""The list of earlier runs with their state; choosing one attaches the window to it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from app.text.figures import TASK_WORDS, moment
from app.text.runs import line_words
from app.translation import _
from app.ui.widgets.labels import plain_label
from app.usecases.learning.run_records import RunLine

_ID_ROLE = Qt.ItemDataRole.UserRole


class RunList(QFrame):
    """New training above, runs below, the newest first."""

    run_chosen = Signal(str)
    new_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pane")
        self.new = QPushButton(_("New training"))
        self.new.clicked.connect(self.new_requested)
        self.view = QListWidget()
        self.view.setWordWrap(True)
        self.view.setSpacing(2)
        self.view.setAccessibleName(_("Runs"))
        self.view.currentItemChanged.connect(lambda item, _before: self._choose(item))
        self._nothing = plain_label(_("No run yet."), "muted", wraps=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 14, 12, 12)
        layout.setSpacing(10)
        layout.addWidget(self.new)
        layout.addWidget(plain_label(_("Runs"), "heading"))
        layout.addWidget(self._nothing)
        layout.addWidget(self.view, 100)
        layout.addStretch(1)

    def show_lines(self, lines: Sequence[RunLine], chosen: str | None) -> None:
        """Show runs, one of them as chosen."""
        self.view.blockSignals(True)
        self.view.clear()
        for line in lines:
            item = QListWidgetItem(
                f"{line.candidate}\n{_(TASK_WORDS[line.task])}, {moment(line.started_at)}\n{line_words(line)}"
            )
            item.setData(_ID_ROLE, line.id)
            self.view.addItem(item)
        self.choose(chosen)
        self._nothing.setVisible(not lines)
        self.view.setVisible(bool(lines))

    def choose(self, run_id: str | None) -> None:
        """Mark a run as chosen without saying so, or none."""
        self.view.blockSignals(True)
        self.view.setCurrentRow(-1)
        self.view.clearSelection()
        for row in range(self.view.count()):
            if self.view.item(row).data(_ID_ROLE) == run_id:
                self.view.setCurrentRow(row)
        self.view.blockSignals(False)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.run_chosen.emit(str(item.data(_ID_ROLE)))
