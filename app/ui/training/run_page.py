"""The page of one run: how far it is, curves and outlines, and at the end the exam and what to do."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.text.figures import TASK_WORDS, moment
from app.text.runs import phase_words, progress_words
from app.translation import N_, _
from app.ui.learning.exam_view import ExamView
from app.ui.theme import Theme
from app.ui.training.boundary_previews import BoundaryPreviewRow
from app.ui.training.curves import Curves
from app.ui.widgets.card import Card
from app.ui.widgets.labels import plain_label
from app.usecases.learning.run_watch import Outcome, RunView
from training.contract.run_state import RunState

_NO_EXAM = N_("This run has no exam that can be read, so its model cannot be promoted.")


class RunPage(QWidget):
    """Shows a RunView; asks for everything else by signals."""

    stop_requested = Signal()
    resume_requested = Signal()
    shelve_requested = Signal()
    promote_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = plain_label("", "title", wraps=True)
        self._origin = plain_label("", "muted", wraps=True)
        self._state = plain_label("", "heading")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._progress = plain_label("", "muted", wraps=True)
        self._failure = plain_label("", wraps=True)
        self.stop = QPushButton(_("Stop"))
        self.stop.setToolTip(_("Stops within seconds; the run can be resumed later."))
        self.stop.clicked.connect(self._ask_to_stop)
        self.resume = QPushButton(_("Resume"))
        self.resume.clicked.connect(self._ask_to_resume)
        self._notices = plain_label("", "warning", wraps=True)
        self.curves = Curves(theme)
        self.boundary_previews = BoundaryPreviewRow()
        self._curves_card, self._previews_card = Card(_("Curves")), Card(_("Outlines on exam images"))
        self._curves_card.body.addWidget(self.curves)
        self._previews_card.body.addWidget(self.boundary_previews)
        self.outcome = OutcomeCard()
        self.outcome.shelve.clicked.connect(self.shelve_requested)
        self.outcome.promote.clicked.connect(self.promote_requested)
        self._build()

    @property
    def failure(self) -> str:
        """Return the sentence of a failed run, or ''."""
        return self._failure.text()

    @property
    def notices(self) -> str:
        """Return what a person should see although the run goes on."""
        return self._notices.text()

    @property
    def progress(self) -> str:
        """Return how far the run is, in words."""
        return self._progress.text()

    def show_view(self, view: RunView, pictures: Mapping[str, QImage]) -> None:
        """Show how a run stands."""
        record, run_state = view.record, view.run_state
        self._title.setText(f"{_(TASK_WORDS[record.task])}: {record.model_name}/{record.model_version}")
        self._origin.setText(
            _("Taught from {base} by {started_by}, {moment}").format(
                base=record.base, started_by=record.started_by, moment=moment(record.started_at)
            )
        )
        passed = None if view.outcome is None else view.outcome.verdict.passed
        self._state.setText(phase_words(run_state.state, passed=passed))
        self._show_progress(run_state)
        self._show_buttons(view)
        is_failed = run_state.state == "failed"
        self._failure.setText(run_state.ending or "" if is_failed else "")
        self._failure.setVisible(is_failed)
        self._notices.setText("\n".join(run_state.notices))
        self._notices.setVisible(bool(run_state.notices) and not is_failed)
        self._curves_card.setVisible(bool(run_state.losses or run_state.metrics) and not is_failed)
        self.curves.show_run_state(run_state)
        self._previews_card.setVisible(bool(run_state.previews) and not is_failed)
        self.boundary_previews.show_previews(run_state.previews, pictures, run_state.preview_step)
        self.outcome.setVisible(run_state.state == "finished")
        if run_state.state == "finished":
            self.outcome.show_outcome(view.outcome, _reference(view))

    def _show_progress(self, run_state: RunState) -> None:
        is_under_way = run_state.state in ("waiting", "running")
        self._bar.setVisible(is_under_way)
        self._bar.setRange(0, run_state.total_steps if run_state.state == "running" else 0)
        self._bar.setValue(run_state.step)
        words = progress_words(run_state)
        if run_state.state in ("finished", "stopped") and run_state.ending:
            words = run_state.ending
        self._progress.setText(words)
        self._progress.setVisible(bool(words) and run_state.state != "failed")

    def _show_buttons(self, view: RunView) -> None:
        self.stop.setVisible(view.is_running)
        if not view.is_running:
            self.stop.setEnabled(True)
            self.stop.setText(_("Stop"))
        can_resume = view.run_state.state in ("stopped", "failed") and not view.is_running
        self.resume.setVisible(can_resume)
        self.resume.setEnabled(can_resume)

    def allow_stopping_again(self) -> None:
        """A second request ends a run that did not heed the first."""
        self.stop.setEnabled(True)
        self.stop.setText(_("Stop now"))

    def _ask_to_stop(self) -> None:
        self.stop.setEnabled(False)
        self.stop.setText(_("Stopping\N{HORIZONTAL ELLIPSIS}"))
        self.stop_requested.emit()

    def _ask_to_resume(self) -> None:
        self.resume.setEnabled(False)
        self.resume_requested.emit()

    def _build(self) -> None:
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(3)
        for label in (self._title, self._origin):
            words.addWidget(label)
        head.addLayout(words, 1)
        head.addWidget(self.stop)
        head.addWidget(self.resume)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 18)
        layout.setSpacing(12)
        layout.addLayout(head)
        standing = QVBoxLayout()
        standing.setSpacing(5)
        for part in (self._state, self._bar, self._progress, self._failure):
            standing.addWidget(part)
        layout.addLayout(standing)
        for card in (self._notices, self.outcome, self._previews_card, self._curves_card):
            layout.addWidget(card)
        layout.addStretch(1)


class OutcomeCard(Card):
    """The exam with the gate's verdict, and what a person may do with the candidate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Exam beside the model in use"), parent)
        self._none = plain_label(_(_NO_EXAM), "muted", wraps=True)
        self.exam = ExamView()
        self.shelve = QPushButton(_("Put on the shelf"))
        self.promote = QPushButton(_("Promote\N{HORIZONTAL ELLIPSIS}"))
        self.promote.setProperty("role", "primary")
        self._said = plain_label("", "muted", wraps=True)
        for part in (self.promote, self.shelve):
            self.exam.buttons.addWidget(part)
        self.exam.buttons.addWidget(self._said, 1)
        self.body.addWidget(self._none)
        self.body.addWidget(self.exam)

    def show_outcome(self, outcome: Outcome | None, reference: str) -> None:
        """Show an exam, or that there is none."""
        self._none.setVisible(outcome is None)
        self.exam.setVisible(outcome is not None)
        self.promote.setText(_("Promote {reference}\N{HORIZONTAL ELLIPSIS}").format(reference=reference))
        passed = outcome is not None and outcome.verdict.passed
        is_shelved = outcome is not None and outcome.is_shelved
        is_active = outcome is not None and outcome.is_active
        self.shelve.setEnabled(passed and not is_shelved)
        self.promote.setEnabled(passed and not is_active)
        self._said.setText(
            _("It is in use.") if is_active else _("It is on the shelf.") if is_shelved else ""
        )
        if outcome is not None:
            self.exam.show_exam(outcome.exam, outcome.verdict)

    def show_busy(self) -> None:
        """Take no second wish while the first is carried out."""
        self.shelve.setEnabled(False)
        self.promote.setEnabled(False)


def _reference(view: RunView) -> str:
    return f"{view.record.model_name}/{view.record.model_version}"
