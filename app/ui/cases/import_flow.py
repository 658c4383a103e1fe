"""From dropped files to scored cases: import, then boundary and score, one image after the other."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.domain.changes import Changes
from app.translation import _
from app.ui.cases.analysis_queue import AnalysisQueue
from app.ui.jobs.job import Job, JobToken
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.widgets.progress_foot import ProgressFoot
from app.usecases.cases.import_images import ImportReport, import_images
from app.usecases.cases.import_samples import import_samples
from app.usecases.progress import Progress
from app.usecases.services import Services
from models.contract.errors import NaevusError


@dataclass(frozen=True, slots=True)
class _Manner:
    """How files are taken."""

    takes_damaged: bool = False
    is_watched: bool = False
    """They appeared in the watched folder; nobody chose them."""


class ImportFlow(QObject):
    """Imports files; the analysis queue finds the new cases by itself."""

    imported = Signal(object)
    """ImportReport of a finished import that a person asked for."""
    arrived = Signal(object)
    """ImportReport of what appeared in the watched folder, without the files that are known."""

    def __init__(
        self, session: Session, queue: AnalysisQueue, foot: ProgressFoot, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._queue = queue
        self._foot = foot
        self._job: Job | None = None
        self._waiting: dict[_Manner, list[Path]] = {}
        """What is offered during an import."""
        foot.cancel_requested.connect(self.cancel)

    @property
    def is_running(self) -> bool:
        """Say whether files are being imported."""
        return self._job is not None and not self._job.is_ended

    def start(self, paths: Sequence[Path], *, takes_damaged: bool = False) -> None:
        """Import files and folders; what is offered during an import follows after it."""
        self._take(paths, _Manner(takes_damaged=takes_damaged))

    def start_watched(self, paths: Sequence[Path]) -> None:
        """Import files that appeared in the watched folder."""
        self._take(paths, _Manner(is_watched=True))

    def _take(self, paths: Sequence[Path], manner: _Manner) -> None:
        if not paths:
            return
        if self.is_running:
            self._waiting.setdefault(manner, []).extend(paths)
            return
        chosen = list(paths)
        self._begin(
            lambda services, token: import_images(
                services, chosen, token=token, takes_damaged=manner.takes_damaged
            ),
            self._tell_arrived if manner.is_watched else self.imported.emit,
        )

    def start_samples(self, folder: Path) -> None:
        """Import the sample images with what is known about them, unless files are being imported."""
        if not self.is_running:
            self._begin(
                lambda services, token: import_samples(services, folder, token=token), self.imported.emit
            )

    def _begin(
        self,
        steps: Callable[[Services, JobToken], Generator[Progress, None, ImportReport]],
        tell: Callable[[ImportReport], None],
    ) -> None:
        self._foot.show_progress(0, 0, _("Looking at the files…"))
        self._job = self._session.follow(
            QueueName.FILES,
            steps,
            progressed=self._show,
            done=lambda report: self._finish(report, tell),
            failed=self._fail,
            changes_of=lambda report: report.changes,
        )

    def cancel(self) -> None:
        """Stop after the file that is being read; what is imported stays, what appeared meanwhile waits."""
        self._waiting = {manner: paths for manner, paths in self._waiting.items() if manner.is_watched}
        if self._job is not None:
            self._job.cancel()
        self._queue.cancel()

    def _show(self, progress: Progress) -> None:
        self._foot.show_progress(progress.done, progress.of, progress.label)

    def _finish(self, report: ImportReport, tell: Callable[[ImportReport], None]) -> None:
        self._foot.finish()
        tell(report)
        self._go_on()

    def _tell_arrived(self, report: ImportReport) -> None:
        """Leave out what the store has already: the folder is looked at again at each start."""
        self.arrived.emit(
            replace(report, refused=tuple(each for each in report.refused if not each.known_as))
        )

    def _fail(self, error: NaevusError) -> None:
        self._foot.finish()
        self._session.changed.emit(Changes(case_list=True))
        self._session.report_error(error)
        self._go_on()

    def _go_on(self) -> None:
        self._job = None
        if self._waiting:
            manner, paths = self._waiting.popitem()
            self._take(paths, manner)
