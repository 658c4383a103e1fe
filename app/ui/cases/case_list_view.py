"""The list of the work list: letters do nothing in it, and the open case is always lit."""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from app.translation import _

_ONLY = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
_ALSO = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
_NOT = QItemSelectionModel.SelectionFlag.Deselect | QItemSelectionModel.SelectionFlag.Rows


class CaseListView(QListView):
    """A list whose current row, the open case, belongs to every selection."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(_("Cases"))

    def go_to(self, row: int) -> None:
        """Make a row the current one and the only one that is lit, whichever keys are held."""
        self.selectionModel().setCurrentIndex(self.model().index(row, 0), _ONLY)

    def select_rows(self, current: int, others: list[int]) -> None:
        """Make a row the current one, and light it together with others."""
        self.go_to(current)
        for row in others:
            self.selectionModel().select(self.model().index(row, 0), _ALSO)

    def clear_rows(self) -> None:
        """Light no row, and make none the current one."""
        self.selectionModel().clear()

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: a letter typed into the list must not open another patient."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a row out of the selection without opening it; the rest is Qt's."""
        index = self.indexAt(event.position().toPoint())
        is_toggling = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        is_left = event.button() is Qt.MouseButton.LeftButton
        if is_left and is_toggling and self.selectionModel().isSelected(index):
            self._take_out(index)
            event.accept()
        else:
            super().mousePressEvent(event)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Keep the open case lit when the last lit row was taken out or the empty part was clicked."""
        super().selectionChanged(selected, deselected)
        current = self.currentIndex()
        if current.isValid() and not self.selectionModel().isSelected(current):
            self.selectionModel().select(current, _ALSO)

    def _take_out(self, index: QModelIndex) -> None:
        if index.row() != self.currentIndex().row():
            self.selectionModel().select(index, _NOT)
