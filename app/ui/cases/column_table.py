"""The first lines of a table, with what each column is taken for above it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

from app.translation import _
from app.ui.widgets.choice_box import ChoiceBox
from app.usecases.metadata.table_reading import ColumnChoice, TableReading

_SHOWN_LINES = 4
_ROUND_BOX_PX = 10
_LEAST_WIDTH_PX, _MOST_WIDTH_PX = 130, 260


class ColumnTable(QTableWidget):
    """A few lines of a table; a drop-down above each column says what it means."""

    meaning_chosen = Signal(str, object)
    """Name of a column, and the name of what it means (None = it is not read)."""

    def __init__(self, choices: Sequence[ColumnChoice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = [(choice.label, choice.name) for choice in choices]
        self.box_by_column: dict[str, ChoiceBox] = {}
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("Columns of the table"))
        self.verticalHeader().hide()
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )

    def show_reading(self, reading: TableReading) -> None:
        """Show a table's columns and first lines."""
        examples = reading.examples[:_SHOWN_LINES]
        self.clear()
        self.box_by_column.clear()
        self.setColumnCount(len(reading.columns))
        self.setRowCount(1 + len(examples))
        self.setHorizontalHeaderLabels(list(reading.columns))
        for place, column in enumerate(reading.columns):
            self.setCellWidget(0, place, self._box(column, reading.meaning_of(column)))
            for row, cells in enumerate(examples, start=1):
                self.setItem(row, place, QTableWidgetItem(cells[place]))
        self.resizeColumnsToContents()
        for place in range(len(reading.columns)):
            width = max(_LEAST_WIDTH_PX, min(self.columnWidth(place), _MOST_WIDTH_PX))
            self.setColumnWidth(place, width)
        self.resizeRowsToContents()
        boxes = self.box_by_column.values()
        self.setRowHeight(0, max((box.sizeHint().height() for box in boxes), default=0) + _ROUND_BOX_PX)

    def _box(self, column: str, meaning: str | None) -> ChoiceBox:
        box = ChoiceBox(self._choices, unknown=_("Not read"))
        box.setAccessibleName(_("What the column {column} means").format(column=column))
        box.set_value(meaning)
        box.chosen.connect(lambda: self.meaning_chosen.emit(column, box.word))
        self.box_by_column[column] = box
        return box
