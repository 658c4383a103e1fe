"""The acts of the store as the rows of a table, read some at a time as one scrolls."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.text.acts import act_words, detail_words
from app.text.figures import moment
from app.translation import N_, _
from app.usecases.audit.list_acts import ActPage, ListedAct

_Index = QModelIndex | QPersistentModelIndex

COLUMNS = (N_("When"), N_("Who"), N_("What"), N_("Case"), N_("Detail"))
NO_INDEX = QModelIndex()


class ActModel(QAbstractTableModel):
    """Acts newest first; more of them are asked for when the last ones come into sight."""

    more_wanted = Signal(int)
    """The sequence number before which acts are wanted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._acts: list[ListedAct] = []
        self._total = 0
        self._is_reading = False

    @property
    def total(self) -> int:
        """Return how many acts there are in all."""
        return self._total

    def show(self, page: ActPage) -> None:
        """Show other acts."""
        self.beginResetModel()
        self._acts, self._total, self._is_reading = list(page.acts), page.total, False
        self.endResetModel()

    def add(self, page: ActPage) -> None:
        """Show more acts below those that are shown."""
        self._is_reading = False
        first = len(self._acts)
        if not page.acts:
            self._total = first
            return
        self.beginInsertRows(NO_INDEX, first, first + len(page.acts) - 1)
        self._acts += page.acts
        self.endInsertRows()

    def give_up(self) -> None:
        """Let more acts be asked for again, because reading them failed."""
        self._is_reading = False

    def rowCount(self, parent: _Index = NO_INDEX) -> int:
        """Return how many acts are read."""
        return 0 if parent.isValid() else len(self._acts)

    def columnCount(self, parent: _Index = NO_INDEX) -> int:
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(COLUMNS)

    def canFetchMore(self, parent: _Index) -> bool:
        """Say whether there are acts that were not read."""
        return not parent.isValid() and not self._is_reading and len(self._acts) < self._total

    def fetchMore(self, parent: _Index) -> None:
        """Ask for more acts."""
        if self.canFetchMore(parent) and self._acts:
            self._is_reading = True
            self.more_wanted.emit(self._acts[-1].event.sequence)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the words of a cell; as a tool tip, too, because long ones are shortened."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        act = self._acts[index.row()]
        event = act.event
        cells = (moment(event.at), event.who, act_words(event), act.about, detail_words(event))
        return cells[index.column()]

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Return the heading of a column."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return _(COLUMNS[section])
        return None
