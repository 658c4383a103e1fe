"""The patient tree beside the work list: reads it, keeps it in step, and offers what can be done in it."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from app.domain.case_filter import CaseFilter
from app.domain.changes import Changes
from app.domain.ids import ImageId, PatientId
from app.domain.image_kind import IMAGE_KINDS
from app.domain.patient_tree import LesionLine
from app.text.image_kind import kind_words
from app.translation import _
from app.ui.cases.patient_tree.move_flow import MoveFlow
from app.ui.cases.patient_tree.tree_delegate import TreeDelegate
from app.ui.cases.patient_tree.tree_model import PatientTreeModel, TreeQuery
from app.ui.cases.patient_tree.tree_view import PatientTreeView
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.widgets.labels import plain_label
from app.ui.widgets.thumbnails import Thumbnails
from app.usecases.cancellation import CancelToken
from app.usecases.lesions.patient_tree import (
    PatientPage,
    PlaceInTree,
    lesions_of_patient,
    list_patients,
    place_of_image,
)
from app.usecases.lesions.set_image_kind import set_image_kind
from app.usecases.services import Services

_ROWS_BEFORE = 10
"""Patients above the one that is gone to, so that the tree can be scrolled both ways."""


class PatientPane(QWidget):
    """The tree with what is read for it; nothing is read while it is hidden."""

    image_chosen = Signal(str)
    """Id of an image that a person chose."""

    def __init__(
        self, session: Session, thumbnails: Thumbnails, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._actions: list[QAction] = []
        self._query = TreeQuery()
        self._is_stale = True
        """Something has changed while the tree was hidden."""
        self.model = PatientTreeModel(self, self)
        self.view = PatientTreeView(self.model)
        self.view.setItemDelegate(TreeDelegate(thumbnails, theme, self))
        self.moves = MoveFlow(session, self)
        self._nothing = plain_label(_("No patient has such a case."), "muted", wraps=True)
        self._nothing.setContentsMargins(20, 40, 20, 20)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._nothing, 1)
        self._nothing.hide()
        self.view.image_chosen.connect(self.image_chosen)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._offer)
        self.model.dropped.connect(self.moves.drop)
        self.model.page_shown.connect(self._settle)
        thumbnails.arrived.connect(self.view.viewport().update)
        theme.changed.connect(self.view.viewport().update)
        session.changed.connect(self.refresh)

    def offer_actions(self, actions: Sequence[QAction]) -> None:
        """Offer actions of the window by a right click on a line."""
        self._actions = list(actions)

    def ask(self, search: str, shown: CaseFilter) -> None:
        """Show the patients with a case that search and filter leave."""
        self._query = TreeQuery(search, shown)
        if self.isVisible():
            self._read()

    def go_to(self, image_id: ImageId) -> None:
        """Open what stands above an image and mark it as the open case."""
        if self.isVisible() and not self.view.is_current(image_id):
            query = self._query
            self._session.query(
                QueueName.DATABASE,
                lambda services, _token: place_of_image(
                    services, image_id, search=query.search, shown=query.shown
                ),
                lambda place: self._go_to(image_id, place),
                replaces="place in the patient tree",
            )

    def appear(self) -> None:
        """Read what is to be shown, after the tree was hidden."""
        self._read()

    def refresh(self, changes: Changes) -> None:
        """Read again when lines may have changed."""
        if changes.case_list or changes.images or changes.patients:
            self._is_stale = True
            if self.isVisible():
                self._read()

    def request_patients(self, query: TreeQuery, offset: int, limit: int) -> None:
        """Read a page on the database queue, for the model."""

        def read(services: Services, _token: CancelToken) -> PatientPage:
            return list_patients(services, offset=offset, limit=limit, search=query.search, shown=query.shown)

        self._session.query(QueueName.DATABASE, read, lambda page: self.model.show_page(query, page))

    def request_lesions(self, patient_id: PatientId) -> None:
        """Read what stands below a patient, for the model."""

        def show(lines: tuple[LesionLine, ...]) -> None:
            self.model.show_lesions(patient_id, lines)

        self._session.query(
            QueueName.DATABASE, lambda services, _token: lesions_of_patient(services, patient_id), show
        )

    def _read(self) -> None:
        if self._query != self.model.query:
            self._is_stale = False
            self.model.ask(self._query)
        elif self._is_stale:
            self._is_stale = False
            self.model.reread()

    def _go_to(self, image_id: ImageId, place: PlaceInTree | None) -> None:
        if place is None:
            return
        if self.model.find(("patient", place.patient_id)) is None:
            self.model.ask(self.model.query, place.row - _ROWS_BEFORE)
        self.view.show_image(place.patient_id, image_id)

    def _settle(self) -> None:
        self.view.setVisible(self.model.total > 0)
        self._nothing.setVisible(self.model.total == 0)

    def _offer(self, at: QPoint) -> None:
        """Offer what can be done with the chosen lines."""
        images = self.view.selected_images()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self._actions)
        kinds = menu.addMenu(_("Kind of image"))
        kinds.setEnabled(bool(images))
        for kind in IMAGE_KINDS:
            kinds.addAction(kind_words(*kind)).triggered.connect(
                lambda _checked=False, kind=kind: self._set_kind(images, kind)
            )
        menu.popup(self.view.viewport().mapToGlobal(at))

    def _set_kind(self, images: Sequence[ImageId], kind: tuple[str | None, str | None]) -> None:
        self._session.act(
            QueueName.DATABASE, lambda services, _token: set_image_kind(services, images, *kind)
        )
