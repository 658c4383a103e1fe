"""The view of the patient tree: images open by being chosen, what is dragged is filed elsewhere."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Signal
from PySide6.QtWidgets import QAbstractItemView, QTreeView, QWidget

from app.domain.ids import ImageId, LesionId, PatientId
from app.domain.patient_tree import ImageLine, LesionLine
from app.translation import _
from app.ui.cases.patient_tree.nodes import Node, NodeKey, image_key
from app.ui.cases.patient_tree.tree_model import AnyIndex, PatientTreeModel, node_at

_INDENTATION_PX = 14
_ONLY = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows


class PatientTreeView(QTreeView):
    """Keeps what is opened and chosen when lines are read again."""

    image_chosen = Signal(str)
    """Id of an image that a person chose."""

    def __init__(self, model: PatientTreeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tree = model
        self._opened: set[NodeKey] = set()
        self._awaited: tuple[PatientId, ImageId] | None = None
        """An image to be shown as soon as what stands above it is read."""
        self._kept: tuple[NodeKey, ...] = ()
        """What was chosen when lines were taken out to be read again, the current one first."""
        self._is_following = False
        # Before Qt's own connections, which forget what is chosen.
        model.modelAboutToBeReset.connect(self._keep_chosen)
        self.setModel(model)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setIndentation(_INDENTATION_PX)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDropIndicatorShown(True)
        self.setAccessibleName(_("Patients, lesions and visits"))
        self.expanded.connect(self._note_opened)
        self.collapsed.connect(self._note_closed)
        self.selectionModel().currentChanged.connect(self._follow)
        model.page_shown.connect(self._settle)
        model.lesions_shown.connect(self._settle)
        self.verticalScrollBar().valueChanged.connect(self._fetch_at_top)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: a letter typed into the tree must not open another patient."""

    def rowsAboutToBeRemoved(self, parent: AnyIndex, start: int, end: int) -> None:
        """Keep what is chosen, and open nothing else in its place."""
        self._keep_chosen()
        self._is_following = True
        super().rowsAboutToBeRemoved(parent, start, end)
        self._is_following = False

    def show_image(self, patient_id: PatientId, image_id: ImageId) -> None:
        """Open what stands above an image and choose it, now or when it is read; nothing else is opened."""
        self._awaited = (patient_id, image_id)
        self._settle()

    def is_current(self, image_id: ImageId) -> bool:
        """Say whether an image is the one that was chosen last."""
        node = node_at(self.currentIndex())
        return node is not None and node.key == image_key(image_id)

    def selected_images(self) -> list[ImageId]:
        """Return the images that are chosen, or stand below what is chosen, each once."""
        found = (node.images() for node in self._selected())
        return list(dict.fromkeys(image for images in found for image in images))

    def selected_lesions(self) -> list[LesionId]:
        """Return the lesions that are chosen themselves."""
        lines = (node.line for node in self._selected())
        return [line.lesion.id for line in lines if isinstance(line, LesionLine)]

    def _selected(self) -> list[Node]:
        nodes = (node_at(index) for index in self.selectedIndexes())
        return [node for node in nodes if node is not None]

    def _note_opened(self, index: QModelIndex) -> None:
        if (node := node_at(index)) is not None:
            self._opened.add(node.key)
            if self._tree.canFetchMore(index):
                self._tree.fetchMore(index)
            if isinstance(node.line, LesionLine):
                # A visit has one image as a rule, which nobody should have to open twice to see.
                for row in range(self._tree.rowCount(index)):
                    self.expand(self._tree.index(row, 0, index))

    def _note_closed(self, index: QModelIndex) -> None:
        if (node := node_at(index)) is not None:
            self._opened.discard(node.key)

    def _follow(self, current: QModelIndex) -> None:
        node = node_at(current)
        if not self._is_following and node is not None and isinstance(node.line, ImageLine):
            self.image_chosen.emit(str(node.line.case.image_id))

    def _settle(self) -> None:
        """Open again what was open, and go to the image that is awaited."""
        for key in sorted(self._opened, key=lambda one: _LEVELS.index(one[0])):
            node = self._tree.find(key)
            if node is not None and not self.isExpanded(self._tree.index_of(node)):
                self.setExpanded(self._tree.index_of(node), True)
        if self._awaited is not None:
            self._reveal(*self._awaited)
        elif self._kept:
            self._choose_kept()

    def _reveal(self, patient_id: PatientId, image_id: ImageId) -> None:
        patient = self._tree.find(("patient", patient_id))
        node = self._tree.find(image_key(image_id))
        if node is None:
            if patient is not None and patient.below is None:
                self.setExpanded(self._tree.index_of(patient), True)
            return
        self._awaited, self._kept = None, ()
        self._show_above(node)
        self._silently(lambda: self._choose(node))
        self.scrollTo(self._tree.index_of(node))

    def _keep_chosen(self) -> None:
        """Remember the current line and the other chosen ones, unless older ones are still awaited."""
        current = node_at(self.currentIndex())
        if current is not None and not self._kept:
            others = [node.key for node in self._selected() if node is not current]
            self._kept = (current.key, *others)

    def _choose_kept(self) -> None:
        """Choose again what was chosen, as far as it was read."""
        current = self._tree.find(self._kept[0])
        if current is None:
            return
        others = [node for key in self._kept[1:] if (node := self._tree.find(key)) is not None]
        self._kept = ()
        self._show_above(current)
        self._silently(lambda: self._choose(current, others))

    def _choose(self, current: Node, others: Sequence[Node] = ()) -> None:
        model = self.selectionModel()
        model.setCurrentIndex(self._tree.index_of(current), _ONLY)
        for node in others:
            model.select(self._tree.index_of(node), model.SelectionFlag.Select)

    def _show_above(self, node: Node) -> None:
        above = node.above
        while above is not None:
            self.setExpanded(self._tree.index_of(above), True)
            above = above.above

    def _silently(self, act: Callable[[], None]) -> None:
        self._is_following = True
        act()
        self._is_following = False

    def _fetch_at_top(self, value: int) -> None:
        if value == self.verticalScrollBar().minimum():
            self._tree.fetch_earlier()


_LEVELS = ("patient", "lesion", "visit", "image")
