"""A table of sentences about files or lines, which wraps them and can be read to its end."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

_MOST_SHOWN = 2000


class SentenceTable(QTableWidget):
    """Lines of text, the last column being the sentence."""

    def __init__(self, columns: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(0, len(columns), parent)
        self.setHorizontalHeaderLabels(list(columns))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAccessibleName(columns[-1])
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setStretchLastSection(True)
        self.setColumnWidth(0, 80)
        self.setColumnWidth(1, 230)

    def show_lines(self, lines: Sequence[Sequence[str]]) -> None:
        """Show other lines, the first of very many."""
        self.setRowCount(min(len(lines), _MOST_SHOWN))
        for row, cells in enumerate(lines[:_MOST_SHOWN]):
            for column, text in enumerate(cells):
                cell = QTableWidgetItem(text)
                cell.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
                self.setItem(row, column, cell)
        self.resizeRowsToContents()
