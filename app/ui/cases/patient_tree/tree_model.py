"""The patient tree as a Qt model: patients are read page by page, what is below one when it is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import (
    QAbstractItemModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.domain.case_filter import CaseFilter
from app.domain.ids import PatientId
from app.domain.patient_tree import ImageLine, LesionLine, PatientLine
from app.text.patient_tree import spoken_tree_line, tree_tip
from app.ui.cases.patient_tree.nodes import Node, NodeKey, key_of, node_of
from app.usecases.lesions.patient_tree import PatientPage

PAGE_PATIENTS = 100
"""Patients read at once: a few screens full."""

NODE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""The Node of a row."""

MIME_TYPE = "application/x-naevus-filed"

AnyIndex = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


@dataclass(frozen=True)
class TreeQuery:
    """Which patients: those with a case that search and filter leave."""

    search: str = ""
    shown: CaseFilter = CaseFilter.ALL


class TreeSource(Protocol):
    """Reads off the UI thread and hands what it read to ``show_page`` and ``show_lesions``."""

    def request_patients(self, query: TreeQuery, offset: int, limit: int) -> None:
        """Ask for a page of patients."""
        ...

    def request_lesions(self, patient_id: PatientId) -> None:
        """Ask for what stands below a patient."""
        ...


class PatientTreeModel(QAbstractItemModel):
    """A window of the patients in the order of their numbers, which grows at both ends."""

    page_shown = Signal()
    """Patients were read."""
    lesions_shown = Signal(str)
    """What stands below this patient was read."""
    dropped = Signal(object, object)
    """Nodes that were dragged, and the Node on which they were let go."""

    def __init__(self, source: TreeSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self.query = TreeQuery()
        self.total = 0
        self._first = 0
        self._patients: list[Node] = []
        self._is_requested = False
        self._wanted_first: int | None = None
        """Where the part begins that was asked for in place of what is shown."""
        self._requested: set[PatientId] = set()
        self._dragged: list[Node] = []

    def ask(self, query: TreeQuery, first: int = 0) -> None:
        """Show other patients, or another part of them; what is shown stays until they are read."""
        self.query = query
        self._is_requested = True
        self._wanted_first = max(first, 0)
        self._source.request_patients(query, self._wanted_first, PAGE_PATIENTS)

    def reread(self) -> None:
        """Read what is shown again, and what was opened of it."""
        self._is_requested = True
        self._wanted_first = self._first
        self._source.request_patients(self.query, self._first, max(len(self._patients), PAGE_PATIENTS))
        for node in self._patients:
            if node.below is not None and isinstance(node.line, PatientLine):
                self._source.request_lesions(node.line.id)

    def fetch_earlier(self) -> None:
        """Read the patients before the first one that is shown."""
        if self._first and not self._is_requested:
            self._is_requested = True
            start = max(self._first - PAGE_PATIENTS, 0)
            self._source.request_patients(self.query, start, self._first - start)

    def show_page(self, query: TreeQuery, page: PatientPage) -> None:
        """Take patients that were read; those of another query, or that fit nowhere any more, are dropped."""
        if query != self.query:
            return
        self._is_requested = False
        if page.total and not page.lines and page.offset == self._wanted_first:
            # There are fewer patients than before, so the tree begins again with the first one.
            self.ask(query)
            return
        end = self._first + len(self._patients)
        known = [node.key for node in self._patients]
        if page.offset == self._first and [key_of(line) for line in page.lines] == known:
            self._renew(page)
        elif page.lines and known and page.offset == end and page.total == self.total:
            self._insert(len(known), page)
        elif page.lines and known and page.offset + len(page.lines) == self._first:
            self._insert(0, page)
            self._first = page.offset
        elif page.offset == self._wanted_first:
            self._replace(page)
        else:
            if self._wanted_first is None and page.total != self.total:
                self.reread()
            return
        if page.offset == self._wanted_first:
            self._wanted_first = None
        self.total = page.total
        self.page_shown.emit()

    def show_lesions(self, patient_id: PatientId, lines: Sequence[LesionLine]) -> None:
        """Take what stands below a patient."""
        self._requested.discard(patient_id)
        node = self.find(("patient", patient_id))
        if node is None:
            return
        if node.below is not None and node.renew(lines):
            index = self.index_of(node)
            self.dataChanged.emit(index, index)
        else:
            self._put_below(node, lines)
        self.lesions_shown.emit(str(patient_id))

    def find(self, key: NodeKey) -> Node | None:
        """Return the node of a key among all that was read."""
        if key[0] == "patient":
            return next((node for node in self._patients if node.key == key), None)
        found = (node.find(key) for node in self._patients if node.below)
        return next((node for node in found if node is not None), None)

    def index_of(self, node: Node) -> QModelIndex:
        """Return where a node stands."""
        row = self._patients.index(node) if node.above is None else node.row
        return self.createIndex(row, 0, node.id)

    def index(self, row: int, column: int, parent: AnyIndex = _ROOT) -> QModelIndex:
        """Return the index of a row."""
        beside = self._below(parent)
        if column or not 0 <= row < len(beside):
            return QModelIndex()
        return self.createIndex(row, 0, beside[row].id)

    def parent(self, index: AnyIndex) -> QModelIndex:  # type: ignore[override]  # Qt has another one without index
        """Return above which row another one stands."""
        node = node_at(index)
        return QModelIndex() if node is None or node.above is None else self.index_of(node.above)

    def rowCount(self, parent: AnyIndex = _ROOT) -> int:
        """Return how many lines stand below one, as far as they were read."""
        return len(self._below(parent))

    def columnCount(self, parent: AnyIndex = _ROOT) -> int:
        """Return that there is one column."""
        return 1

    def hasChildren(self, parent: AnyIndex = _ROOT) -> bool:
        """Say whether a line can be opened; a patient always can."""
        node = node_at(parent)
        return node is None or node.below is None or bool(node.below)

    def canFetchMore(self, parent: AnyIndex) -> bool:
        """Say whether there is more to read."""
        node = node_at(parent)
        if node is None:
            return not self._is_requested and 0 < self._first + len(self._patients) < self.total
        return node.below is None

    def fetchMore(self, parent: AnyIndex) -> None:
        """Ask for the next patients, or for what stands below one."""
        node = node_at(parent)
        if node is None:
            self._is_requested = True
            after = self._first + len(self._patients)
            self._source.request_patients(self.query, after, PAGE_PATIENTS)
        elif isinstance(node.line, PatientLine) and node.line.id not in self._requested:
            self._requested.add(node.line.id)
            self._source.request_lesions(node.line.id)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a row says in a role; the delegate draws it from ``NODE_ROLE``."""
        node = node_at(index)
        if node is None:
            return None
        if role == NODE_ROLE:
            return node
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken_tree_line(node.line)
        return tree_tip(node.line) or None if role == Qt.ItemDataRole.ToolTipRole else None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Return that everything can be dropped on, and all but patients can be dragged."""
        node, flag = node_at(index), Qt.ItemFlag
        if node is None:
            return flag.NoItemFlags
        found = flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsDropEnabled
        if isinstance(node.line, ImageLine):
            found |= flag.ItemNeverHasChildren
        return found if isinstance(node.line, PatientLine) else found | flag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        """Return that what is dragged is moved."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Return the type of what is dragged within the tree; nothing of it leaves the window."""
        return [MIME_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return a mark of what is dragged; the nodes themselves are remembered here."""
        self._dragged = [node for node in map(node_at, indexes) if node is not None]
        data = QMimeData()
        data.setData(MIME_TYPE, b"")
        return data

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: AnyIndex
    ) -> bool:
        """Say whether what is dragged can be let go here: on a line, not between two."""
        target = node_at(parent)
        return data.hasFormat(MIME_TYPE) and row < 0 and target is not None and target not in self._dragged

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: AnyIndex
    ) -> bool:
        """Say what was dropped where; the rows move when the store has changed, not before."""
        target = node_at(parent)
        if target is not None and self.canDropMimeData(data, action, row, column, parent):
            self.dropped.emit(list(self._dragged), target)
        return False

    def _below(self, parent: AnyIndex) -> list[Node]:
        node = node_at(parent)
        return self._patients if node is None else node.below or []

    def _renew(self, page: PatientPage) -> None:
        for node, line in zip(self._patients, page.lines, strict=True):
            node.line = line
        if self._patients:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._patients) - 1, 0))

    def _insert(self, at: int, page: PatientPage) -> None:
        self.beginInsertRows(QModelIndex(), at, at + len(page.lines) - 1)
        self._patients[at:at] = [Node(line, None) for line in page.lines]
        self.endInsertRows()

    def _replace(self, page: PatientPage) -> None:
        self.beginResetModel()
        self._first = page.offset
        self._patients = [Node(line, None) for line in page.lines]
        self._requested.clear()
        self.endResetModel()

    def _put_below(self, node: Node, lines: Sequence[LesionLine]) -> None:
        index = self.index_of(node)
        if node.below:
            self.beginRemoveRows(index, 0, len(node.below) - 1)
            node.below = []
            self.endRemoveRows()
        node.below = []
        if lines:
            self.beginInsertRows(index, 0, len(lines) - 1)
            node.below = [Node(line, node) for line in lines]
            self.endInsertRows()


def node_at(index: AnyIndex) -> Node | None:
    """Return the node of a row; None for the tree itself."""
    return node_of(index.internalId()) if index.isValid() else None
