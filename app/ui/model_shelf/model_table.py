"""The table of models, task by task."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from app.text.figures import TASK_WORDS, moment
from app.text.model_cards import STATE_WORDS, data_summary, main_figure
from app.translation import N_, _
from app.usecases.models.list_models import ModelLine

_COLUMNS = (
    N_("Task"),
    N_("Model"),
    N_("State"),
    N_("Parent"),
    N_("Made"),
    N_("Learned from"),
    N_("Main figure"),
)
_ROOM_ROWS = 7
"""Shown at most before the table scrolls, so that the card below keeps its room."""


class ModelTable(QTableWidget):
    """One row per version; the chosen one is shown below the table."""

    line_chosen = Signal(object)
    """ModelLine."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self._lines: list[ModelLine] = []
        self.setHorizontalHeaderLabels([_(name) for name in _COLUMNS])
        self.setAccessibleName(_("Models on this machine"))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        self.currentCellChanged.connect(lambda row, _column, _row, _old: self._choose(row))

    @property
    def chosen(self) -> ModelLine | None:
        """Return the chosen model."""
        row = self.currentRow()
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def show_lines(self, lines: Sequence[ModelLine]) -> None:
        """Show models; the chosen one stays chosen, at first it is the first in use."""
        chosen = self.chosen.card.reference if self.chosen is not None else None
        self._lines = sorted(lines, key=lambda line: list(TASK_WORDS).index(line.card.task))
        self.blockSignals(True)
        self.setRowCount(len(self._lines))
        for row, line in enumerate(self._lines):
            self._show_line(row, line)
        self.resizeRowsToContents()
        rows_px = sum(self.rowHeight(row) for row in range(min(self.rowCount(), _ROOM_ROWS)))
        self.setFixedHeight(rows_px + self.horizontalHeader().sizeHint().height() + 18)
        self.blockSignals(False)
        if self._lines:
            references = [line.card.reference for line in self._lines]
            row = references.index(chosen) if chosen in references else self._first_in_use()
            self.setCurrentCell(row, 0)
            self._choose(row)

    def choose(self, reference: str) -> None:
        """Choose a model by its name and version."""
        for row, line in enumerate(self._lines):
            if line.card.reference == reference:
                self.setCurrentCell(row, 0)

    def _first_in_use(self) -> int:
        return next((row for row, line in enumerate(self._lines) if line.state == "active"), 0)

    def _show_line(self, row: int, line: ModelLine) -> None:
        cells = (
            _(TASK_WORDS[line.card.task]),
            line.card.reference,
            _(STATE_WORDS[line.state]),
            line.parent or "\N{EN DASH}",
            moment(line.card.created_at),
            data_summary(line.card),
            main_figure(line),
        )
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            if line.state == "active":
                font = QFont(self.font())
                font.setWeight(QFont.Weight.DemiBold)
                item.setFont(font)
            self.setItem(row, column, item)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._lines):
            self.line_chosen.emit(self._lines[row])
