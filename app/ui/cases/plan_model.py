"""The changes that a table of metadata would make, as the rows of a table whose first column is ticked."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.translation import N_, _
from app.usecases.metadata.plan import PlannedChange

_Index = QModelIndex | QPersistentModelIndex
_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked

COLUMNS = (N_("Line"), N_("Case"), N_("Field"), N_("Stored"), N_("Table"))
NO_INDEX = QModelIndex()


class PlanModel(QAbstractTableModel):
    """Planned changes; those that fill what is empty are ticked, those that contradict are not."""

    ticked_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changes: tuple[PlannedChange, ...] = ()
        self._ticked: list[bool] = []

    def show(self, changes: Sequence[PlannedChange]) -> None:
        """Show other changes."""
        self.beginResetModel()
        self._changes = tuple(changes)
        self._ticked = [not (change.contradicts or change.is_decision) for change in self._changes]
        self.endResetModel()
        self.ticked_changed.emit()

    def drop(self, done: Collection[PlannedChange]) -> None:
        """Leave changes out that are done with; what the person did not tick stays so."""
        left = [pair for pair in zip(self._changes, self._ticked, strict=True) if pair[0] not in done]
        self.beginResetModel()
        self._changes = tuple(change for change, _is_on in left)
        self._ticked = [is_on for _change, is_on in left]
        self.endResetModel()
        self.ticked_changed.emit()

    @property
    def changes(self) -> tuple[PlannedChange, ...]:
        """Return all changes."""
        return self._changes

    @property
    def ticked(self) -> tuple[PlannedChange, ...]:
        """Return the changes that the person wants."""
        return tuple(change for change, is_on in zip(self._changes, self._ticked, strict=True) if is_on)

    def tick_contradicting(self, is_on: bool) -> None:
        """Tick all changes that replace another value, or none."""
        self._tick([change.contradicts and not change.is_decision for change in self._changes], is_on)

    def tick_decisions(self, is_on: bool) -> None:
        """Tick all decisions, or none."""
        self._tick([change.is_decision for change in self._changes], is_on)

    def rowCount(self, parent: _Index = NO_INDEX) -> int:
        """Return how many changes there are."""
        return 0 if parent.isValid() else len(self._changes)

    def columnCount(self, parent: _Index = NO_INDEX) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return the name of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _(COLUMNS[section])
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Let every row be ticked."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else flags

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell's text, or whether its row is ticked."""
        change = self._changes[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0:
            return _CHECKED if self._ticked[index.row()] else _UNCHECKED
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return (str(change.line), change.subject, change.what, change.old, change.new)[index.column()]
        return None

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick a row, or not."""
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != 0:
            return False
        self._ticked[index.row()] = Qt.CheckState(value) is _CHECKED
        self.dataChanged.emit(index, index, [role])
        self.ticked_changed.emit()
        return True

    def _tick(self, concerned: Sequence[bool], is_on: bool) -> None:
        self._ticked = [
            is_on if is_concerned else was for is_concerned, was in zip(concerned, self._ticked, strict=True)
        ]
        if self._ticked:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._ticked) - 1, 0))
        self.ticked_changed.emit()
