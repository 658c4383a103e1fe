"""The watched folder: what appears in it is imported while the window is open."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.domain.errors import NotFoundError
from app.translation import _
from app.ui.cases.import_flow import ImportFlow
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.usecases.cases.folder_watch import FolderWatch
from models.contract.errors import NaevusError

if TYPE_CHECKING:
    from app.ui.jobs.job import Job

LOOK_EVERY_MS = 5000


class WatchedFolder(QObject):
    """Looks into the folder again and again; files that have stopped growing are imported, each once."""

    def __init__(self, session: Session, importing: ImportFlow, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._importing = importing
        self._folder = ""
        self._watch: FolderWatch | None = None
        """None until the folder was there once."""
        self._look_job: Job | None = None
        self._is_missed = False
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def watch(self, folder: str) -> None:
        """Watch another folder, or none if it is empty."""
        if folder == self._folder:
            return
        self._folder, self._watch, self._is_missed = folder, None, False
        if not folder:
            self._timer.stop()
            return
        self._timer.start()
        self.look()

    def look(self) -> None:
        """Look once, unless a look or an import is under way."""
        is_looking = self._look_job is not None and not self._look_job.is_ended
        if not self._folder or is_looking or self._importing.is_running:
            return
        folder = self._folder
        self._look_job = self._session.query(
            QueueName.FILES,
            lambda _services, _token: self._settled(folder),
            self._take,
            failed=self._miss,
        )

    def _settled(self, folder: str) -> tuple[str, tuple[Path, ...]]:
        if not Path(folder).is_dir():
            raise NotFoundError(_("{folder} is no folder.").format(folder=folder))
        watch = self._watch or FolderWatch(Path(folder))
        self._watch = watch
        return folder, watch.settled()

    def _take(self, found: tuple[str, tuple[Path, ...]]) -> None:
        folder, files = found
        if folder == self._folder:
            self._is_missed = False
            self._importing.start_watched(files)

    def _miss(self, _error: NaevusError) -> None:
        """Say once that the folder is not there, as a drive that was taken out; it may come back."""
        self._watch = None
        if not self._is_missed:
            self._is_missed = True
            self._session.warn(
                _(
                    "The watched folder {folder} is not there; nothing is imported from it until it is."
                ).format(folder=self._folder)
            )
