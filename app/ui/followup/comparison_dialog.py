"""The window on which two visits of a lesion are compared."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.domain.followup.marked_structure import MarkedStructure
from app.domain.ids import ImageId, MarkId
from app.text.followup import ERROR_ASSUMPTIONS, visit_words
from app.translation import N_, _
from app.ui.followup.comparison_bar import ComparisonBar
from app.ui.followup.comparison_mode import ComparisonMode
from app.ui.followup.comparison_view import ComparisonView
from app.ui.followup.course_chart import CourseChart
from app.ui.followup.growth_card import GrowthCard
from app.ui.followup.marks_card import MarksCard
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.widgets.card import Card
from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import FittedDialog
from app.ui.widgets.research_foot import ResearchFoot
from app.usecases.followup.compare_visits import compare_visits
from app.usecases.followup.lesion_visits import VisitImage, visit_images
from app.usecases.followup.mark_structure import mark_structure, marks_of, withdraw_mark
from app.usecases.followup.visit_comparison import VisitComparison
from models.contract.errors import NaevusError

if TYPE_CHECKING:
    from app.ui.jobs.job import Job

_SIDE_PX = 320
_NO_OTHER = N_(
    "This lesion has one image only. One of another visit is filed under it with “File elsewhere…”, or "
    "added with “naevus import FILES --lesion-of ID”."
)
_KEYS = {
    Qt.Key.Key_1: ComparisonMode.SIDE_BY_SIDE,
    Qt.Key.Key_2: ComparisonMode.SWIPE,
    Qt.Key.Key_3: ComparisonMode.BLINK,
    Qt.Key.Key_4: ComparisonMode.DIFFERENCE,
}


class ComparisonDialog(FittedDialog):
    """Lays an image on one of another visit and shows what changed; Escape leaves."""

    def __init__(
        self, session: Session, theme: Theme, image_id: ImageId, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Compare two visits"))
        self.setObjectName("comparison_dialog")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(1320, 800)
        self._session = session
        self._image_id = image_id
        self._job: Job | None = None
        self.comparison: VisitComparison | None = None
        self.bar = ComparisonBar()
        self.view = ComparisonView()
        self.view.set_ground_colour(QColor(theme.tokens.canvas))
        self.growth, self.marks, self.chart = GrowthCard(), MarksCard(), CourseChart()
        self.message = plain_label("", "muted", wraps=True)
        self.cancel = QPushButton(_("Cancel"))
        self.cancel.setAutoDefault(False)
        self._build()
        self._connect()
        self._offer()

    def choose(self, other_id: ImageId) -> None:
        """Compare with another image of the lesion."""
        self._cancel()
        self._say(_("Laying the two images on each other…"), is_busy=True)
        self._job = self._session.query(
            QueueName.IMAGES,
            lambda services, token: compare_visits(services, self._image_id, other_id, token),
            self._show,
            failed=self._tell_failure,
            replaces="comparison of visits",
        )

    def set_mode(self, mode: ComparisonMode) -> None:
        """Look at the images in another way, where that is possible."""
        if not self.bar.button_by_mode[mode].isEnabled():
            self.bar.show_mode(self.view.mode)
            return
        self.bar.show_mode(mode)
        self.view.set_mode(mode)
        self.view.set_blinking(mode is ComparisonMode.BLINK and self.bar.blinks.isChecked())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take 1 to 4, space, F, M, + and -; Escape leaves."""
        key = Qt.Key(event.key())
        if key in _KEYS:
            self.set_mode(_KEYS[key])
        elif key is Qt.Key.Key_Space:
            self._blink()
        elif key is Qt.Key.Key_F:
            self.view.fit()
        elif key is Qt.Key.Key_M:
            self.marks.mark_button.toggle()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.view.zoom_by(1.25 if key is Qt.Key.Key_Plus else 0.8)
        else:
            super().keyPressEvent(event)

    def done(self, result: int) -> None:
        """Leave; a computation that runs is given up."""
        self._cancel()
        self.view.set_blinking(False)
        super().done(result)

    def _build(self) -> None:
        course = Card(_("All visits"))
        course.body.addWidget(self.chart)
        self._no_course = plain_label(
            _("Nothing to draw yet: area and diameter need a boundary and a scale in mm."),
            "small",
            wraps=True,
        )
        course.body.addWidget(self._no_course)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(10)
        for card in (self.growth, self.marks, course):
            column.addWidget(card)
        column.addWidget(plain_label(_(ERROR_ASSUMPTIONS), "small", wraps=True))
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(side)
        area.setWidgetResizable(True)
        area.setFixedWidth(_SIDE_PX)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        said = QHBoxLayout()
        said.addWidget(self.message, 1)
        said.addWidget(self.cancel)
        left = QVBoxLayout()
        left.addWidget(self.bar)
        left.addLayout(said)
        left.addWidget(self.view, 1)
        middle = QHBoxLayout()
        middle.setContentsMargins(12, 12, 6, 6)
        middle.addLayout(left, 1)
        middle.addWidget(area)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(middle, 1)
        layout.addWidget(ResearchFoot())
        self._say("")

    def _connect(self) -> None:
        self.bar.visit_chosen.connect(lambda image_id: self.choose(ImageId(image_id)))
        self.bar.mode_chosen.connect(self.set_mode)
        self.bar.boundaries_changed.connect(
            lambda earlier, later: self.view.set_boundaries(earlier=earlier, later=later)
        )
        self.bar.blinking_changed.connect(self.view.set_blinking)
        self.bar.swiped.connect(self.view.set_swipe)
        self.view.swiped.connect(self.bar.show_swipe)
        self.view.marked.connect(self._mark)
        self.marks.marking_changed.connect(self.view.set_marking)
        self.marks.withdrawn.connect(self._withdraw)
        self.cancel.clicked.connect(self._give_up)
        # Typed letters belong to the note; everywhere else they are keys of the comparison.
        self.marks.note.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Return in the note go on at the image instead of pressing a button."""
        if not (isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress):
            return False
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        self.marks.mark_button.setChecked(True)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def _offer(self) -> None:
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: visit_images(services, self._image_id),
            self._show_visits,
            failed=self._tell_failure,
        )

    def _show_visits(self, images: tuple[VisitImage, ...]) -> None:
        others = [image for image in images if image.image_id != self._image_id]
        own = next((image for image in images if image.image_id == self._image_id), None)
        earlier = [image for image in others if own is not None and image.visited_on <= own.visited_on]
        chosen = (earlier or others)[-1 if earlier else 0].image_id if others else None
        self.bar.offer_visits(others, chosen)
        self._allow(False)
        if chosen is None:
            self._say(_(_NO_OTHER))
        else:
            self.choose(chosen)

    def _show(self, comparison: VisitComparison) -> None:
        self._job = None
        self.comparison = comparison
        self._allow(comparison.registration is not None)
        if comparison.registration is None:
            self.set_mode(ComparisonMode.SIDE_BY_SIDE)
        self._say(comparison.refusal)
        titles = tuple(
            visit_words(case.visit.visited_on, case.image.file_name)
            for case in (comparison.earlier, comparison.later)
        )
        self.view.show_comparison(comparison, (titles[0], titles[1]))
        self.growth.show_comparison(comparison)
        self.marks.show_marks(comparison.marks)
        compared = frozenset({comparison.earlier.image.id, comparison.later.image.id})
        self.chart.show_course(comparison.course, compared)
        self._no_course.setVisible(not self.chart.lines)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _allow(self, is_registered: bool) -> None:
        reason = "" if is_registered or self.comparison is None else self.comparison.refusal
        self.bar.allow_overlaying(is_registered, reason)
        self.marks.setEnabled(self.comparison is not None)

    def _blink(self) -> None:
        if self.view.mode is not ComparisonMode.BLINK:
            self.set_mode(ComparisonMode.BLINK)
        if self.view.mode is ComparisonMode.BLINK:
            self.view.blink()

    def _mark(self, x_px: float, y_px: float, radius_x_px: float, radius_y_px: float) -> None:
        if self.comparison is None:
            return
        later, earlier = self.comparison.later.image.id, self.comparison.earlier.image.id
        note = self.marks.note.text()
        self._session.act(
            QueueName.DATABASE,
            lambda services, _token: mark_structure(
                services,
                later,
                earlier,
                middle_xy=(x_px, y_px),
                radii_px=(radius_x_px, radius_y_px),
                note=note,
            ),
            done=lambda _changes: self._read_marks(),
            failed=self._tell_failure,
        )
        self.marks.note.clear()

    def _withdraw(self, mark_id: str) -> None:
        if self.comparison is None:
            return
        later = self.comparison.later.image.id
        self._session.act(
            QueueName.DATABASE,
            lambda services, _token: withdraw_mark(services, later, MarkId(mark_id)),
            done=lambda _changes: self._read_marks(),
            failed=self._tell_failure,
        )

    def _read_marks(self) -> None:
        if self.comparison is None:
            return
        later = self.comparison.later.image.id
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: marks_of(services, later),
            self._show_marks,
            failed=self._tell_failure,
        )

    def _show_marks(self, marks: tuple[MarkedStructure, ...]) -> None:
        self.marks.show_marks(marks)
        self.view.show_marks(marks)

    def _give_up(self) -> None:
        self._cancel()
        self._say(_("Cancelled. Choose a visit to compare with."))

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.supersede()
            self._job = None

    def _tell_failure(self, error: NaevusError) -> None:
        self._say(str(error))

    def _say(self, text: str, *, is_busy: bool = False) -> None:
        self.message.setText(text)
        self.message.setVisible(bool(text))
        self.cancel.setVisible(is_busy)
