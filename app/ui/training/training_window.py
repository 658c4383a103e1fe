"""The window of training: a new run, or one that is followed. Closing it leaves every run alive."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QImage, QShowEvent
from PySide6.QtWidgets import QScrollArea, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.domain.changes import Changes
from app.translation import _
from app.ui.jobs.job import JobToken
from app.ui.jobs.worker_queues import QueueName
from app.ui.learning.promoting import Promoting
from app.ui.learning.promotion_dialog import Promotion
from app.ui.session import Notice, Session
from app.ui.theme import Theme
from app.ui.training.boundary_previews import read_preview_images
from app.ui.training.new_run import NewRun
from app.ui.training.run_list import RunList
from app.ui.training.run_page import RunPage
from app.ui.widgets.closing_keys import close_by_keys
from app.ui.widgets.notice_bar import NoticeBar
from app.ui.widgets.research_foot import ResearchFoot
from app.ui.widgets.screen_fit import fit_to_screen
from app.usecases.learning.follow_run import list_runs
from app.usecases.learning.freeze_snapshot import FrozenSnapshot, freeze_snapshot
from app.usecases.learning.register_candidate import register_candidate
from app.usecases.learning.run_records import RunLine
from app.usecases.learning.run_watch import RunView, RunWatch
from app.usecases.learning.start_run import forecast_run, start_run
from app.usecases.learning.stop_run import resume_run, stop_run
from app.usecases.learning.survey_corrections import survey_corrections
from app.usecases.models.promote_model import promote_model
from app.usecases.services import Services
from models.contract.errors import NaevusError

if TYPE_CHECKING:
    from app.ui.jobs.job import Job
    from training.contract.forecast import Forecast

LOOK_EVERY_MS = 1000
_LIST_EVERY_LOOKS = 8
_MAY_END_AFTER_MS = 30_500
"""A run that did not heed a request to stop for half a minute may be ended (see the run launcher)."""


class TrainingWindow(QWidget):
    """List of runs on the left; on the right the page of a new run or of the chosen one."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(_("Learn from corrections"))
        self.setObjectName("training_window")
        self.resize(1180, 860)
        self.setMinimumSize(640, 400)
        fit_to_screen(self)
        self._session = session
        self._promoting = Promoting(session, self)
        self._frozen: FrozenSnapshot | None = None
        self._watch: RunWatch | None = None
        self._view: RunView | None = None
        self._pictures: dict[str, QImage] = {}
        self._looks = 0
        self._preparing: Job | None = None
        self._looking: Job | None = None
        self.runs = RunList()
        self.new_run = NewRun()
        self.page = RunPage(theme)
        self.notice_bar = NoticeBar()
        self._pages = QStackedWidget()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_MAY_END_AFTER_MS)
        self._patience.timeout.connect(self.page.allow_stopping_again)
        self._build()
        self._connect()
        close_by_keys(self)

    @property
    def view(self) -> RunView | None:
        """Return the run that is followed, as it stood at the last look."""
        return self._view

    @property
    def promoting(self) -> Promoting:
        """Return what asks before a model is promoted."""
        return self._promoting

    def attach(self, run_id: str) -> None:
        """Follow a run."""
        self._watch, self._view, self._pictures = RunWatch(run_id), None, {}
        self._patience.stop()
        self.runs.choose(run_id)
        self._look()

    def show_new(self) -> None:
        """Offer a new run, counting what there is to learn from."""
        self._watch = self._view = None
        self.runs.choose(None)
        self._pages.setCurrentIndex(0)
        self._survey()

    def refresh(self, changes: Changes) -> None:
        """Look again when corrections or models changed."""
        if not self.isVisible():
            return
        if changes.models and self._watch is not None:
            self._watch.look_at_outcome_again()
            self._look()
        is_idle = self._preparing is None and self._frozen is None
        if (changes.images or changes.case_list) and self._pages.currentIndex() == 0 and is_idle:
            self._survey()

    def _survey(self) -> None:
        self._frozen = None
        self._cancel_preparing()
        task, any_confirmation = self.new_run.task, self.new_run.any_confirmation.isChecked()
        self.new_run.show_nothing()
        self._preparing = self._session.follow(
            QueueName.LEARNING,
            lambda services, token: survey_corrections(
                services, task, token=token, any_confirmation=any_confirmation
            ),
            progressed=lambda progress: self.new_run.foot.show_progress(
                progress.done, progress.of, progress.label
            ),
            done=self.new_run.show_survey,
            failed=self._explain_preparing,
        )

    def _freeze(self) -> None:
        task, any_confirmation = self.new_run.task, self.new_run.any_confirmation.isChecked()
        self.new_run.show_busy(_("Freezing the corrections"))
        self._preparing = self._session.follow(
            QueueName.LEARNING,
            lambda services, token: freeze_snapshot(
                services, task, token=token, any_confirmation=any_confirmation
            ),
            progressed=lambda progress: self.new_run.foot.show_progress(
                progress.done, progress.of, progress.label
            ),
            done=self._forecast,
            failed=self._explain_preparing,
        )

    def _forecast(self, frozen: FrozenSnapshot) -> None:
        self._frozen = frozen
        self.new_run.show_frozen(frozen)
        self.new_run.foot.show_progress(0, 0, _("Measuring a few steps on this computer"))
        self._preparing = self._session.query(
            QueueName.LEARNING,
            lambda services, _token: forecast_run(services, frozen.task, frozen.id),
            self._show_forecast,
            failed=self._explain_preparing,
        )

    def _show_forecast(self, forecast: "Forecast") -> None:
        self._preparing = None
        self.new_run.show_forecast(forecast)

    def _start(self) -> None:
        if (frozen := self._frozen) is None:
            return
        self.new_run.show_busy(_("Starting the training"))
        self._session.query(
            QueueName.LEARNING,
            lambda services, _token: start_run(services, frozen.task, frozen.id),
            self._show_started,
            failed=self._explain_preparing,
        )

    def _show_started(self, line: RunLine) -> None:
        self._frozen = None
        self.new_run.foot.finish()
        self._list_runs()
        self.attach(line.id)

    def _explain_preparing(self, error: NaevusError) -> None:
        """What was frozen stays frozen, so a forecast that failed does not keep the run from starting."""
        self._preparing = None
        self.new_run.show_failure(str(error), can_start=self._frozen is not None)

    def _cancel_preparing(self) -> None:
        if self._preparing is not None and not self._preparing.is_ended:
            self._preparing.supersede()
        self._preparing = None

    def _stop_preparing(self) -> None:
        if self._preparing is not None:
            self._preparing.cancel()

    def _look(self) -> None:
        """Read what is new; never before the look before has ended."""
        if (watch := self._watch) is None or (self._looking is not None and not self._looking.is_ended):
            return
        known = dict(self._pictures)

        def look(services: Services, _token: JobToken) -> tuple[RunView, dict[str, QImage]]:
            view = watch.look(services)
            wanted = [each for each in view.run_state.previews if each.image_file not in known]
            return view, {**known, **read_preview_images(view.data_folder, wanted)}

        self._looking = self._session.query(QueueName.WATCHING, look, self._show_look, failed=self._lose)
        self._looks += 1
        if self._looks % _LIST_EVERY_LOOKS == 0:
            self._list_runs()

    def _show_look(self, seen: tuple[RunView, dict[str, QImage]]) -> None:
        view, pictures = seen
        if self._watch is None or view.run_id != self._watch.run_id:
            self._look()
            return
        before, self._view, self._pictures = self._view, view, pictures
        if before is None or _stands(before) != _stands(view):
            self._list_runs()
        if before == view:
            return
        self._pages.setCurrentIndex(1)
        self.page.show_view(view, pictures)
        if not view.is_running:
            self._patience.stop()

    def _lose(self, error: NaevusError) -> None:
        self._watch = None
        self._session.report_error(error)

    def _list_runs(self) -> None:
        self._session.query(
            QueueName.WATCHING,
            lambda services, _token: list_runs(services),
            self._show_runs,
            replaces="list of runs",
        )

    def _show_runs(self, lines: tuple[RunLine, ...]) -> None:
        self.runs.show_lines(lines, self._watch.run_id if self._watch is not None else None)

    def _stop(self) -> None:
        if (watch := self._watch) is not None:
            self._patience.start()
            self._ask(lambda services: stop_run(services, watch.run_id))

    def _resume(self) -> None:
        if (watch := self._watch) is not None:
            self._ask(lambda services: resume_run(services, watch.run_id))

    def _shelve(self) -> None:
        if (watch := self._watch) is not None:
            self.page.outcome.show_busy()
            self._promoting.carry_out(
                lambda services: register_candidate(services, watch.run_id),
                _("The model is on the shelf; nothing is in use that was not before."),
                self._look_anew,
            )

    def _promote(self) -> None:
        view = self._view
        if view is None or view.outcome is None:
            return
        record = view.record

        def promote(services: Services) -> None:
            register_candidate(services, view.run_id)
            promote_model(services, record.model_name, record.model_version)

        exam = view.outcome.exam
        self.page.outcome.show_busy()
        self._promoting.ask(
            Promotion(record.task, exam.candidate, exam.active, exam), promote, self._look_anew
        )

    def _look_anew(self) -> None:
        self._view = None
        if self._watch is not None:
            self._watch.look_at_outcome_again()
        self._look()

    def _ask(self, verb: Callable[[Services], RunLine]) -> None:
        self._session.query(
            QueueName.WATCHING,
            lambda services, _token: verb(services),
            lambda _line: self._look_anew(),
            failed=self._explain,
        )

    def _explain(self, error: NaevusError) -> None:
        self._session.report_error(error)
        self._look_anew()

    def _show_notice(self, notice: Notice) -> None:
        if self.isVisible():
            self.notice_bar.show_notice(notice.text, notice.kind.value, notice.action_text, notice.action)

    def _build(self) -> None:
        self._pages.addWidget(_scrolled(self.new_run))
        self._pages.addWidget(_scrolled(self.page))
        panes = QSplitter(Qt.Orientation.Horizontal)
        panes.addWidget(self.runs)
        panes.addWidget(self._pages)
        panes.setChildrenCollapsible(False)
        panes.setHandleWidth(1)
        panes.setStretchFactor(1, 1)
        panes.setSizes([262, 918])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice_bar)
        layout.addWidget(panes, 1)
        layout.addWidget(ResearchFoot())

    def _connect(self) -> None:
        self.runs.new_requested.connect(self.show_new)
        self.runs.run_chosen.connect(self.attach)
        self.new_run.task_chosen.connect(self._survey)
        self.new_run.freeze_requested.connect(self._freeze)
        self.new_run.start_requested.connect(self._start)
        self.new_run.cancel_requested.connect(self._stop_preparing)
        self.page.stop_requested.connect(self._stop)
        self.page.resume_requested.connect(self._resume)
        self.page.shelve_requested.connect(self._shelve)
        self.page.promote_requested.connect(self._promote)
        self._session.changed.connect(self.refresh)
        self._session.noticed.connect(self._show_notice)

    def showEvent(self, event: QShowEvent) -> None:
        """Take up the run that was followed, or the newest one that is under way."""
        super().showEvent(event)
        self._timer.start()
        self._session.query(QueueName.WATCHING, lambda services, _token: list_runs(services), self._take_up)

    def hideEvent(self, event: QHideEvent) -> None:
        """Look no more; runs go on by themselves."""
        super().hideEvent(event)
        self._timer.stop()
        self._cancel_preparing()

    def _take_up(self, lines: tuple[RunLine, ...]) -> None:
        self._show_runs(lines)
        running = next((line.id for line in lines if line.is_running), None)
        if self._watch is not None:
            self._look_anew()
        elif running is not None:
            self.attach(running)
        else:
            self.show_new()


def _stands(view: RunView) -> tuple[str, bool, bool]:
    return view.run_state.state, view.is_running, view.outcome is not None


def _scrolled(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
