"""The window of the model shelf: which model is in use, which could be, what a person decides about it."""

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.changes import Changes
from app.text.figures import TASK_WORDS
from app.translation import _
from app.ui.jobs.worker_queues import QueueName
from app.ui.learning.promoting import Promoting
from app.ui.learning.promotion_dialog import Promotion
from app.ui.model_shelf.card_view import CardView
from app.ui.model_shelf.model_table import ModelTable
from app.ui.session import Notice, Session
from app.ui.widgets.closing_keys import close_by_keys
from app.ui.widgets.labels import plain_label
from app.ui.widgets.notice_bar import NoticeBar
from app.ui.widgets.progress_foot import ProgressFoot
from app.ui.widgets.research_foot import ResearchFoot
from app.ui.widgets.screen_fit import fit_to_screen
from app.usecases.learning.evaluate_candidate import evaluate_candidate
from app.usecases.models.list_models import ModelLine, list_models
from app.usecases.models.model_import_export import export_model, import_model
from app.usecases.models.promote_model import promote_model, roll_back_model
from app.usecases.services import Services
from models.contract.errors import NaevusError
from models.contract.shelf.bundle import BUNDLE_SUFFIX
from models.contract.shelf.card import ModelTask
from models.contract.shelf.model_shelf import ShelvedModel


@dataclass(frozen=True)
class Shelf:
    """What the window shows."""

    lines: tuple[ModelLine, ...] = ()
    before_by_task: dict[ModelTask, str] = field(default_factory=dict)
    """The model that a roll-back would bring back."""


class ShelfWindow(QWidget):
    """Table of models above, the card of the chosen one below."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(_("Model shelf"))
        self.setObjectName("shelf_window")
        self.resize(1180, 860)
        self.setMinimumSize(640, 400)
        fit_to_screen(self)
        self._session = session
        self._shown = Shelf()
        self.promoting = Promoting(session, self)
        self.table = ModelTable()
        self.card = CardView()
        self.notice_bar = NoticeBar()
        self.foot = ProgressFoot()
        self.promote = QPushButton(_("Promote\N{HORIZONTAL ELLIPSIS}"))
        self.promote.setProperty("role", "primary")
        self.exam = QPushButton(_("Examine again"))
        self.roll_back = QPushButton(_("Roll back"))
        self.export = QPushButton(_("Export bundle\N{HORIZONTAL ELLIPSIS}"))
        self.take_in = QPushButton(_("Import bundle\N{HORIZONTAL ELLIPSIS}"))
        self._why_not = plain_label("", "muted", wraps=True)
        self._build()
        self._connect()
        close_by_keys(self)

    @property
    def why_not(self) -> str:
        """Return what stands against promoting the chosen model."""
        return self._why_not.text()

    def read(self) -> None:
        """Read the shelf."""
        self._session.query(
            QueueName.LEARNING,
            lambda services, _token: _read(services),
            self.show_shelf,
            replaces="model shelf",
        )

    def refresh(self, changes: Changes) -> None:
        """Read the shelf again when models changed."""
        if changes.models and self.isVisible():
            self.read()

    def show_shelf(self, shelf: Shelf) -> None:
        """Show the models of the shelf."""
        self._shown = shelf
        self.table.show_lines(shelf.lines)
        self._offer()

    def examine(self) -> None:
        """Let the chosen model sit the exam beside the one in use, on the newest snapshot."""
        if (line := self.table.chosen) is None:
            return
        card = line.card
        self.foot.show_progress(
            0, 0, _("{reference} sits the exam; this may take some minutes").format(reference=card.reference)
        )
        self.exam.setEnabled(False)
        self._session.query(
            QueueName.LEARNING,
            lambda services, _token: evaluate_candidate(services, card.name, card.version),
            lambda _exam: self._tell_exam(),
            failed=self._explain,
        )

    def export_to(self, file: Path) -> None:
        """Write the chosen model as a bundle."""
        if (line := self.table.chosen) is None:
            return
        if file.suffix != BUNDLE_SUFFIX:
            file = file.with_name(file.name + BUNDLE_SUFFIX)
        card = line.card
        self.foot.show_progress(0, 0, _("Packing {reference}").format(reference=card.reference))
        self._session.query(
            QueueName.LEARNING,
            lambda services, _token: export_model(services, card.name, card.version, file),
            self._tell_export,
            failed=self._explain,
        )

    def import_from(self, file: Path) -> None:
        """Put the model of a bundle onto the shelf."""
        self.foot.show_progress(0, 0, _("Checking {name}").format(name=file.name))
        self._session.query(
            QueueName.LEARNING,
            lambda services, _token: import_model(services, file),
            self._tell_import,
            failed=self._explain,
        )

    def _tell_exam(self) -> None:
        self.foot.finish()
        self._session.changed.emit(Changes(models=True))

    def _tell_export(self, file: Path) -> None:
        self.foot.finish()
        self._session.tell(_("The model was written to {file}.").format(file=file))

    def _tell_import(self, model: ShelvedModel) -> None:
        self.foot.finish()
        self._session.tell(
            _("{reference} is on the shelf; it is not in use.").format(reference=model.card.reference)
        )
        self._session.changed.emit(Changes(models=True))

    def _explain(self, error: NaevusError) -> None:
        self.foot.finish()
        self._session.report_error(error)
        self._offer()

    def _promote(self) -> None:
        if (line := self.table.chosen) is None:
            return
        card, is_unexamined = line.card, line.exam is None
        active = self._active(card.task)
        self.promoting.ask(
            Promotion(card.task, card.reference, active.card.reference if active else None, line.exam),
            lambda services: promote_model(services, card.name, card.version, unexamined=is_unexamined),
            self._offer,
        )

    def _roll_back(self) -> None:
        if (line := self.table.chosen) is None:
            return
        task = line.card.task
        self.promoting.carry_out(
            lambda services: roll_back_model(services, task),
            _("{task_words}: the model before is in use again.").format(task_words=_(TASK_WORDS[task])),
            self._offer,
        )

    def _offer(self) -> None:
        """Offer what may be done with the chosen model, and say why something may not."""
        line = self.table.chosen
        self.export.setEnabled(line is not None)
        self.exam.setEnabled(line is not None and _may_sit_exam(line))
        why = "" if line is None else _against_promoting(line)
        self._why_not.setText(why)
        self.promote.setEnabled(line is not None and not why)
        self.promote.setText(
            _("Promote\N{HORIZONTAL ELLIPSIS}")
            if line is None
            else _("Promote {reference}\N{HORIZONTAL ELLIPSIS}").format(reference=line.card.reference)
        )
        earlier = None if line is None else self._shown.before_by_task.get(line.card.task)
        self.roll_back.setEnabled(earlier is not None)
        self.roll_back.setText(
            _("Roll back") if earlier is None else _("Roll back to {earlier}").format(earlier=earlier)
        )

    def _active(self, task: ModelTask) -> ModelLine | None:
        lines = self._shown.lines
        return next((line for line in lines if line.card.task == task and line.state == "active"), None)

    def _choose_export(self) -> None:
        if (line := self.table.chosen) is None:
            return
        proposed = Path.home() / f"{line.card.name}-{line.card.version}{BUNDLE_SUFFIX}"
        name, _chosen_filter = QFileDialog.getSaveFileName(
            self, _("Export bundle"), str(proposed), _bundles()
        )
        if name:
            self.export_to(Path(name))

    def _choose_import(self) -> None:
        name, _chosen_filter = QFileDialog.getOpenFileName(
            self, _("Import bundle"), str(Path.home()), _bundles()
        )
        if name:
            self.import_from(Path(name))

    def _show_notice(self, notice: Notice) -> None:
        if self.isVisible():
            self.notice_bar.show_notice(notice.text, notice.kind.value, notice.action_text, notice.action)

    def _build(self) -> None:
        head = QFrame()
        head.setProperty("role", "pane")
        above = QVBoxLayout(head)
        above.setContentsMargins(14, 14, 14, 12)
        above.setSpacing(10)
        above.addWidget(self.table)
        row = QHBoxLayout()
        row.addWidget(self.promote)
        row.addWidget(self.roll_back)
        row.addWidget(self.exam)
        row.addStretch(1)
        row.addWidget(self.export)
        row.addWidget(self.take_in)
        above.addLayout(row)
        above.addWidget(self._why_not)
        area = QScrollArea()
        area.setWidget(self.card)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice_bar)
        layout.addWidget(head)
        layout.addWidget(area, 1)
        layout.addWidget(self.foot)
        layout.addWidget(ResearchFoot())

    def _connect(self) -> None:
        self.table.line_chosen.connect(self._show_line)
        self.promote.clicked.connect(self._promote)
        self.roll_back.clicked.connect(self._roll_back)
        self.exam.clicked.connect(self.examine)
        self.export.clicked.connect(self._choose_export)
        self.take_in.clicked.connect(self._choose_import)
        self._session.changed.connect(self.refresh)
        self._session.noticed.connect(self._show_notice)

    def _show_line(self, line: ModelLine) -> None:
        self.card.show_line(line)
        self._offer()

    def showEvent(self, event: QShowEvent) -> None:
        """Read the shelf whenever it is opened."""
        super().showEvent(event)
        self.read()


def _against_promoting(line: ModelLine) -> str:
    """The sentence that says why a model may not be promoted; empty when a person may."""
    if line.state == "active":
        return _("This model is in use.")
    if line.verdict is not None and not line.verdict.passed:
        return _("The gate refuses this model; its reasons are below.")
    return line.note


def _may_sit_exam(line: ModelLine) -> bool:
    """A model that lies in the data folder and has no exam beside the model in use."""
    return line.state not in ("active", "shipped") and (line.exam is None or bool(line.note))


def _read(services: Services) -> Shelf:
    before = {task: services.shelf.before_active(task) for task in TASK_WORDS}
    return Shelf(list_models(services), {task: reference for task, reference in before.items() if reference})


def _bundles() -> str:
    """Return which files the dialogs of bundles show."""
    return _("Naevus models ({files})").format(files=f"*{BUNDLE_SUFFIX}")
