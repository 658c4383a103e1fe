"""What dialogs share that show what files would change before anything of them is taken."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.translation import _
from app.ui.session import Session
from app.ui.widgets.page_dialog import FittedDialog
from app.ui.widgets.progress_foot import ProgressFoot
from app.usecases.progress import Progress

if TYPE_CHECKING:
    from app.ui.jobs.job import Job


class ReviewedImportDialog(FittedDialog):
    """Runs one job at a time and shows how far it is; leaving the dialog stops it, what was taken is kept."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._progress = ProgressFoot()
        self._progress.cancel_requested.connect(self._cancel)
        self.finished.connect(lambda _result: self._cancel())

    def _buttons(self, take: QPushButton, refused_lines: Callable[[], Sequence[str]]) -> QHBoxLayout:
        """The row at the bottom: copy what is refused, close, and ``take``, which takes the rest."""
        copy, close = QPushButton(_("Copy what is refused")), QPushButton(_("Close"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText("\n".join(refused_lines())))
        close.clicked.connect(self.close)
        take.setProperty("role", "primary")
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(take)
        return row

    def _show_progress(self, progress: Progress) -> None:
        self._progress.show_progress(progress.done, progress.of, progress.label)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
