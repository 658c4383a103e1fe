"""The work list: search, order, lines, and the foot that shows what is being imported or scored."""

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.case import CaseLine
from app.domain.case_filter import CaseFilter
from app.domain.changes import Changes
from app.domain.ids import BlobName, ImageId
from app.text.work_list import why_next
from app.translation import N_, _
from app.ui.cases.case_lines import LINE_ROLE, CaseLinesModel, CasePage, CaseQuery
from app.ui.cases.case_list_view import CaseListView
from app.ui.cases.earlier_notice import StaleNotice
from app.ui.cases.filter_bar.filter_bar import FilterBar
from app.ui.cases.line_delegate import LineDelegate
from app.ui.cases.patient_tree.patient_pane import PatientPane
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.labels import plain_label
from app.ui.widgets.progress_foot import ProgressFoot
from app.ui.widgets.thumbnails import Thumbnails
from app.usecases.cancellation import CancelToken
from app.usecases.cases.list_cases import lines_of, list_cases, next_to_correct, next_undecided
from app.usecases.cases.read_thumbnails import read_thumbnails
from app.usecases.exports.case_selection import CaseSelection
from app.usecases.services import Services

ORDERS = (
    (N_("Most urgent first"), ("priority", False)),
    (N_("Overdue first, then most urgent"), ("due", False)),
    (N_("Highest score first"), ("score", True)),
    (N_("Newest first"), ("imported", True)),
    (N_("Oldest first"), ("imported", False)),
    (N_("Patient"), ("patient", False)),
    (N_("Site"), ("site", False)),
    (N_("Status"), ("status", False)),
    (N_("Most to gain from a correction"), ("benefit", False)),
)


class WorkList(QFrame):
    """The left side of the window."""

    case_chosen = Signal(str)
    """Id of the image whose case should be opened."""
    count_changed = Signal(int)
    """How many cases there are in all, whatever is searched for."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pane")
        self._session = session
        self._is_following = False
        self._chosen: ImageId | None = None
        self._offered: set[ImageId] = set()
        self._last_row = 0
        self._selected: list[ImageId] = []
        self._is_order_kept = False
        """The open case has changed: the lines keep their places until another one is opened."""
        self._awaited_row: int | None = None
        """Somebody went to this row before its line was read."""
        self.model = CaseLinesModel(self, lambda: session.services.reckoning, self)
        self.thumbnails = Thumbnails(self._read_thumbnails, self)
        self.patients = PatientPane(session, self.thumbnails, theme)
        self.foot = ProgressFoot()
        self.earlier = StaleNotice()
        self._build(theme)
        self.setMinimumWidth(self._least_width_px())
        self.model.page_shown.connect(self._settle)
        self.thumbnails.arrived.connect(self.view.viewport().update)
        theme.changed.connect(self.view.viewport().update)
        self.patients.image_chosen.connect(lambda image_id: self.choose(ImageId(image_id)))
        session.changed.connect(self.refresh)

    @property
    def is_by_patient(self) -> bool:
        """Say whether the cases stand under their patients and lesions."""
        return self._stack.currentWidget() is self.patients

    def show_by_patient(self, is_wanted: bool) -> None:
        """Show the cases under their patients and lesions, or in a list."""
        self._by_patient.setChecked(is_wanted)
        self._as_list.setChecked(not is_wanted)
        self.order.setVisible(not is_wanted)
        self._stack.setCurrentWidget(self.patients if is_wanted else self.view)
        if is_wanted:
            self.patients.appear()
            self._mark_in_tree()

    def read(self) -> None:
        """Read the first lines, and what can be searched for."""
        self.model.reread()
        self.filters.read_known()

    def refresh(self, changes: Changes) -> None:
        """Read again when lines may have changed; the open case keeps its place while it is open.

        It takes one with its first score: until then it stood where the import had put it.
        """
        is_known = bool(changes.images) and all(
            self.model.row_of(image_id) is not None for image_id in changes.images
        )
        is_placed = self._chosen in changes.images and not self._awaits_its_score(self._chosen)
        if is_known and self._chosen is not None and (self._is_order_kept or is_placed):
            self._is_order_kept = True
            self._read_in_place(tuple(changes.images))
        elif changes.case_list or changes.images or changes.patients:
            self.model.reread()

    def _awaits_its_score(self, image_id: ImageId | None) -> bool:
        """Say whether a case had no score yet when its line was read, and may get one."""
        row = None if image_id is None else self.model.row_of(image_id)
        line = None if row is None else self.model.known_line(row)
        if line is None or line.priority is not None or line.no_score_reason:
            return False
        return line.status in {"new", "predicted"}

    def _read_in_place(self, image_ids: tuple[ImageId, ...]) -> None:
        self._session.query(
            QueueName.DATABASE, lambda services, _token: lines_of(services, image_ids), self.model.renew_lines
        )

    def request_page(self, query: CaseQuery, offset: int, limit: int) -> None:
        """Read a page on the database queue, for the model."""

        def read(services: Services, _token: CancelToken) -> CasePage:
            window = list_cases(
                services,
                search=query.search,
                shown=query.shown,
                order=query.order,
                descending=query.descending,
                offset=offset,
                limit=limit,
            )
            return CasePage(query, offset, window.total, window.lines)

        self._session.query(QueueName.DATABASE, read, self.model.show_page)

    @property
    def chosen(self) -> ImageId | None:
        """Return the case that is open or about to be."""
        return self._chosen

    @property
    def chosen_line(self) -> CaseLine | None:
        """Return the line that is selected."""
        line: CaseLine | None = self.view.currentIndex().data(LINE_ROLE)
        return line

    def choose(self, image_id: ImageId) -> None:
        """Open a case, and select its line as soon as that is read."""
        self._awaited_row = None
        row = self.model.row_of(image_id)
        if row is None:
            self._light_nothing()
        else:
            self._select_silently(row)
        if image_id != self._chosen:
            self._chosen = image_id
            self.case_chosen.emit(str(image_id))
            self._give_up_places()
            self._mark_in_tree()

    def _mark_in_tree(self) -> None:
        """Let the tree show where the open case stands."""
        if self.is_by_patient and self._chosen is not None:
            self.patients.go_to(self._chosen)

    def forget(self, image_id: ImageId) -> None:
        """Let go of a case that leaves the list; its neighbour is opened next."""
        if self._chosen == image_id:
            self._chosen = None

    def find_next_undecided(self, found: Callable[[CaseLine | None], None]) -> None:
        """Look for the next case without a decision, by the places the cases have now."""
        query, image_id = self.model.query, self._chosen

        def ask(services: Services, _token: CancelToken) -> CaseLine | None:
            return next_undecided(
                services,
                image_id,
                search=query.search,
                shown=query.shown,
                order=query.order,
                descending=query.descending,
            )

        self._session.query(QueueName.DATABASE, ask, found, replaces="next undecided")

    def go_on_with(self, line: CaseLine | None) -> None:
        """Open a case that was looked for, or say that there is none."""
        if line is None:
            self._session.tell(_("Every other case of this list has a decision."))
        else:
            self.choose(line.image_id)

    def go_to_next_correction(self) -> None:
        """Open the case whose correction is expected to help most, among those not offered yet."""
        if self._chosen is not None:
            self._offered.add(self._chosen)
        besides = frozenset(self._offered)
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: next_to_correct(services, besides=besides),
            self._show_next_correction,
            replaces="next to correct",
        )

    def _show_next_correction(self, line: CaseLine | None) -> None:
        if line is None:
            self._offered.clear()
            self._session.tell(_("Every other case was corrected or looked at; the same key begins again."))
            return
        self.choose(line.image_id)
        self._session.tell(why_next(line))

    def show_stale(self, images: Collection[ImageId], *, undecided: int, open_case: ImageId | None) -> None:
        """Mark the cases whose predictions are from an earlier model, and offer to predict them again."""
        self._delegate.mark_stale(images)
        self.view.viewport().update()
        self.earlier.show_counts(len(images), undecided, is_open_among_them=open_case in images)

    def step(self, rows: int) -> None:
        """Go to a later (1) or earlier (-1) case; it alone is selected then."""
        if self.model.total:
            here = self.view.currentIndex().row()
            self.view.go_to(min(max(here + rows, 0), self.model.total - 1))

    def offer_actions(self, actions: Sequence[QAction]) -> None:
        """Offer actions by a right click on a line."""
        self.patients.offer_actions(actions)
        self.view.addActions(list(actions))
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    @property
    def selected_count(self) -> int:
        """Return how many cases are selected, whether they were read or not."""
        return len(self.selected_images() if self.is_by_patient else self._selected_rows())

    def selected_images(self) -> list[ImageId]:
        """Return the selected cases that were read, each once, in the order of the list."""
        if self.is_by_patient:
            return self.patients.view.selected_images()
        lines = (self.model.line(row) for row in self._selected_rows())
        return [line.image_id for line in lines if line is not None]

    @property
    def selection(self) -> CaseSelection:
        """Return the selected cases; all that the list finds where every row of it is selected."""
        if not self.is_by_patient and self._is_everything_selected():
            query = self.model.query
            return CaseSelection(None, query.search, query.shown, query.order, query.descending)
        return CaseSelection(tuple(self.selected_images()))

    def _selected_rows(self) -> list[int]:
        """Return the selected rows; to select all selects every column of a row."""
        selection = self.view.selectionModel().selection()
        ranges = (selection.at(number) for number in range(selection.count()))
        return sorted({row for part in ranges for row in range(part.top(), part.bottom() + 1)})

    def _build(self, theme: Theme) -> None:
        self.filters = FilterBar(self._session)
        self.filters.changed.connect(self._ask)
        self.search, self.shown = self.filters.line, self.filters.shown
        self.order = ChoiceBox(ORDERS[1:], unknown=ORDERS[0][0])
        self.order.setItemData(0, ORDERS[0][1])
        self.order.setAccessibleName(_("Order of the cases"))
        self.order.chosen.connect(self._ask)
        self._delegate = LineDelegate(self.thumbnails, theme, lambda: self._session.services.reckoning, self)
        self.view = CaseListView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(self._delegate)
        self.view.selectionModel().currentChanged.connect(self._follow)
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._remember_selection())
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.patients)
        self._nothing = plain_label("", "muted", wraps=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._nothing.setContentsMargins(20, 40, 20, 20)
        self._head = QWidget()
        head = QVBoxLayout(self._head)
        head.setContentsMargins(10, 10, 10, 8)
        head.setSpacing(7)
        head.addLayout(self._switch())
        head.addWidget(self.filters)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.order, 1)
        row.addWidget(self.filters.count)
        head.addLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addWidget(self.earlier)
        layout.addWidget(self._nothing, 1)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.foot)

    def _switch(self) -> QHBoxLayout:
        """Return the two buttons by which the cases are listed one by one or under their patients."""
        row, group = QHBoxLayout(), QButtonGroup(self)
        row.setSpacing(4)
        self._as_list, self._by_patient = QToolButton(), QToolButton()
        said = ((self._as_list, _("List"), False), (self._by_patient, _("Patients"), True))
        for button, text, is_by_patient in said:
            button.setText(text)
            button.setCheckable(True)
            button.setChecked(not is_by_patient)
            button.clicked.connect(lambda _on, wanted=is_by_patient: self.show_by_patient(wanted))
            group.addButton(button)
            row.addWidget(button)
        self._by_patient.setToolTip(_("Patients with their lesions, the visits of a lesion and its images"))
        row.addStretch(1)
        return row

    def _least_width_px(self) -> int:
        """Return the width at which no score is cut, with the scroll bar."""
        lines_px = self._delegate.least_width_px(self.view.font())
        return lines_px + self.view.verticalScrollBar().sizeHint().width()

    def _ask(self) -> None:
        _, (order, descending) = ORDERS[max(self.order.currentIndex(), 0)]
        search, shown = self.filters.search, self.filters.part
        self.model.ask(CaseQuery(search, shown, order, descending))
        self.patients.ask(search, shown)

    def _settle(self) -> None:
        """Bring words and selection in step with the lines that were read."""
        total, is_whole = self.model.total, self.model.query.is_whole
        self.filters.show_count(total)
        self._head.setVisible(total > 0 or not is_whole)
        self._nothing.setVisible(total == 0)
        self._nothing.setText(_("No cases yet.") if is_whole else self._nothing_words())
        self._stack.setVisible(total > 0)
        if is_whole:
            self.count_changed.emit(total)
        if (line := self._awaited_line()) is not None:
            self._choose_line(line)
        elif self._chosen is not None and self._awaited_row is None:
            self._light_again(self._chosen)
        elif total and is_whole and not self.view.currentIndex().isValid():
            self.view.go_to(min(self._last_row, total - 1))
        elif (line := self.chosen_line) is not None:
            self._choose_line(line)

    def _nothing_words(self) -> str:
        query = self.model.query
        place = "" if query.shown is CaseFilter.ALL else f" under “{self.shown.currentText()}”"
        return _("No case{place}{value}.").format(
            place=place, value=_(" matches the search") if query.search else ""
        )

    def _awaited_line(self) -> CaseLine | None:
        """Return the line of the row that somebody went to, once it is read."""
        if self._awaited_row != self.view.currentIndex().row():
            self._awaited_row = None
        return None if self._awaited_row is None else self.model.known_line(self._awaited_row)

    def _light_again(self, chosen: ImageId) -> None:
        """Light the open case and the other selected ones where they are now; nothing else is opened."""
        row = self.model.row_of(chosen)
        if row is None:
            self._light_nothing()
            return
        is_in_place = self.view.currentIndex().row() == row and self._lit_images() == self._selected
        if self._is_everything_selected() and self.view.currentIndex().row() == row:
            self._remember_selection()
        elif not is_in_place:
            others = [self.model.row_of(image_id) for image_id in self._selected]
            self._select_silently(row, [other for other in others if other is not None])

    def _select_silently(self, row: int, others: Sequence[int] = ()) -> None:
        """Select the open case, and others beside it, without opening it again."""
        self._is_following = True
        self.view.select_rows(row, list(others))
        self._last_row = row
        self._is_following = False
        self._remember_selection()

    def _light_nothing(self) -> None:
        """Show that the open case is not among the lines that were read."""
        self._is_following = True
        self.view.clear_rows()
        self._is_following = False

    def _is_everything_selected(self) -> bool:
        return self.model.total > 0 and self.selected_count == self.model.total

    def _remember_selection(self) -> None:
        """Keep which cases are selected, because rows move under a selection."""
        if not self._is_following:
            self._selected = self._lit_images()

    def _lit_images(self) -> list[ImageId]:
        known = (self.model.known_line(row) for row in self._selected_rows())
        return [line.image_id for line in known if line is not None]

    def _give_up_places(self) -> None:
        """Put the lines in order again, after the case that had changed was left."""
        if self._is_order_kept:
            self._is_order_kept = False
            self.model.reread()

    def _follow(self, current: QModelIndex) -> None:
        if self._is_following or not current.isValid():
            return
        line: CaseLine | None = current.data(LINE_ROLE)
        if line is None:
            self._awaited_row = current.row()
        else:
            self._choose_line(line)

    def _choose_line(self, line: CaseLine) -> None:
        is_other = line.image_id != self._chosen
        self._awaited_row = None
        self._chosen = line.image_id
        self._last_row = self.view.currentIndex().row()
        self.case_chosen.emit(str(line.image_id))
        if is_other:
            self._give_up_places()
            self._mark_in_tree()

    def _read_thumbnails(
        self, names: tuple[BlobName, ...], take: Callable[[dict[BlobName, QImage]], None]
    ) -> None:
        def read(services: Services, _token: CancelToken) -> dict[BlobName, QImage]:
            found = read_thumbnails(services, names)
            return {name: _thumbnail(content) for name, content in found.items()}

        self._session.query(QueueName.IMAGES, read, take, replaces="thumbnails")


def _thumbnail(content: bytes) -> QImage:
    # To guess a format, Qt makes objects of all kinds, which can block this thread and the window's: `jobs`.
    return QImage.fromData(content, "PNG")  # type: ignore[arg-type]  # bytes, say the stubs; only str works
