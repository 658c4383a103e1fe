"""What is looked after once the window stands: whether others may read the files, and what crashes left."""

from PySide6.QtCore import QObject

from app.translation import _, ngettext
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
            sentence = ngettext(
                "{count:,} unfinished file was left by a crash and cleared up; no case is concerned.",
                "{count:,} unfinished files were left by a crash and cleared up; no case is concerned.",
                count,
            )
            self._session.tell(sentence.format(count=count))

    def _warn(self, count: int) -> None:
        if not count:
            return
        sentence = ngettext(
            "Other users of this computer may open {count:,} file or folder of your data folder.",
            "Other users of this computer may open {count:,} files or folders of your data folder.",
            count,
        ).format(count=count)
        self._session.noticed.emit(Notice(sentence, NoticeKind.WARNING, _("Make them private"), self._mend))

    def _mend(self) -> None:
        self._session.query(
            QueueName.FILES,
            lambda services, _token: make_data_private(services),
            lambda _nothing: self._session.tell(_("The data folder is private now.")),
        )
