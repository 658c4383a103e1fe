"""What is looked after once the window stands: whether others may read the files, and what crashes left."""

from PySide6.QtCore import QObject

from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Notice, NoticeKind, Session
from app.usecases.upkeep.private_data import count_open_files, make_data_private
from app.usecases.upkeep.sweep_leftovers import sweep_leftovers


class Housekeeping(QObject):
    """Checks the data folder in the background, and offers the mend as one button."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session

    def start(self) -> None:
        """Clear up after crashes, and look whether other users of the computer may open patients' files."""
        self._session.query(QueueName.FILES, lambda services, _token: sweep_leftovers(services), self._tell)
        self._session.query(QueueName.FILES, lambda services, _token: count_open_files(services), self._warn)

    def _tell(self, count: int) -> None:
        if count:
            files = "1 unfinished file was" if count == 1 else f"{count:,} unfinished files were"
            self._session.tell(f"{files} left by a crash and cleared up; no case is concerned.")

    def _warn(self, count: int) -> None:
        if not count:
            return
        files = "1 file or folder" if count == 1 else f"{count:,} files or folders"
        sentence = f"Other users of this computer may open {files} of your data folder."
        self._session.noticed.emit(Notice(sentence, NoticeKind.WARNING, "Make them private", self._mend))

    def _mend(self) -> None:
        self._session.query(
            QueueName.FILES,
            lambda services, _token: make_data_private(services),
            lambda _nothing: self._session.tell("The data folder is private now."),
        )
