"""What this computer computes with: a real inference on every engine, with its time."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.translation import _
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.widgets.card import Card
from app.ui.widgets.facts import Facts
from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import PageDialog
from app.ui.widgets.progress_foot import ProgressFoot
from app.usecases.analysis.predictor import EngineReport
from app.usecases.progress import Progress
from app.usecases.upkeep.examine_engines import examine_engines
from models.contract.errors import NaevusError

if TYPE_CHECKING:
    from app.ui.jobs.job import Job


class DeviceDialog(PageDialog):
    """Examines the engines when it is opened, and again when asked."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("This computer"))
        self.setMinimumWidth(580)
        self._session = session
        self._job: Job | None = None
        self._cards = QVBoxLayout()
        self._cards.setSpacing(10)
        self._said = plain_label("", "error", wraps=True)
        self._progress = ProgressFoot()
        self._progress.cancel_requested.connect(self._cancel)
        self.page.addWidget(
            plain_label(
                _(
                    "Each engine computes a boundary and a score of a test image now. Which one serves a "
                    "model was measured when the model was first used."
                ),
                "muted",
                wraps=True,
            )
        )
        self.page.addLayout(self._cards)
        self.page.addStretch(1)
        self.foot.addWidget(self._said)
        self.foot.addWidget(self._progress)
        self.foot.addLayout(self._buttons())
        self.examine()

    def examine(self) -> None:
        """Run the engines and show what was found."""
        self._again.setEnabled(False)
        self._said.setText("")
        self._progress.show_progress(0, 0, _("Running the engines…"))
        self._job = self._session.follow(
            QueueName.INFERENCE,
            lambda services, _token: examine_engines(services),
            progressed=self._show,
            done=self._finish,
            failed=self._fail,
        )

    def _buttons(self) -> QHBoxLayout:
        self._again = QPushButton(_("Run again"))
        self._again.clicked.connect(self.examine)
        close = QPushButton(_("Close"))
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._again)
        row.addWidget(close)
        return row

    def _show(self, progress: Progress) -> None:
        self._progress.show_progress(
            0, 0, _("{label} is done, the next one runs…").format(label=progress.label)
        )

    def _finish(self, reports: tuple[EngineReport, ...]) -> None:
        self._settle()
        while (item := self._cards.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for report in reports:
            self._cards.addWidget(engine_card(report))

    def _fail(self, error: NaevusError) -> None:
        self._settle()
        self._said.setText(str(error))

    def _settle(self) -> None:
        self._progress.finish()
        self._again.setEnabled(True)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def done(self, result: int) -> None:
        """Leave; what still runs is not waited for."""
        if self._job is not None and not self._job.is_ended:
            self._job.supersede()
        super().done(result)


def engine_card(report: EngineReport) -> Card:
    """Return a card that says what one engine did."""
    name = report.engine[:1].upper() + report.engine[1:]
    card = Card(_("{name}, in use").format(name=name) if report.is_active else name)
    facts = Facts()
    facts.show_facts(
        (
            (_("Provider"), report.provider),
            (_("Device"), report.device),
            (_("Boundary"), _ms(report.boundary_ms)),
            (_("Score"), _ms(report.score_ms)),
        )
    )
    card.body.addWidget(facts)
    card.body.addWidget(plain_label(report.note, "muted", wraps=True))
    return card


def _ms(milliseconds: float | None) -> str:
    return (
        _("not run") if milliseconds is None else _("{milliseconds:.0f} ms").format(milliseconds=milliseconds)
    )
