"""Keeps every step of a correction in its journal, on one worker thread and in order.

The rule: a step counts as kept only when the journal has it on disk. A step that could not be written waits
and is written first the next time, so a journal never has a gap.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from app.domain.ids import WorkId
from app.domain.stroke_journal import Work, WorkStart, WorkStep
from app.translation import N_
from app.usecases.corrections.stroke_journal import StrokeJournal
from models.contract.errors import NaevusError


class SavedState(Enum):
    """Where the work on the shown image is."""

    STORED = "stored"
    """Nothing was changed since the mask was stored."""
    JOURNALED = "kept"
    """Every step is in the journal on disk."""
    WRITING = "writing"
    """A step is on its way to the disk."""
    NOT_SAVED = N_("not saved")
    """There is work that is nowhere but in memory."""


@dataclass(slots=True)
class _Page:
    """What is still to be written of one lesion."""

    pending: deque[WorkStep] = field(default_factory=deque)
    start: WorkStart | None = None
    """To be written first; None once the journal is begun."""
    is_begun: bool = False
    has_failed: bool = False


class JournalWriter(QObject):
    """Writes steps to the journal; create and use it on the UI thread only."""

    state_changed = Signal(object)
    """WorkId whose state changed."""
    failed = Signal(str)
    """The sentence of an error to show."""
    _arrived = Signal(object)

    def __init__(self, journal: StrokeJournal | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._journal = journal
        self._pages: dict[WorkId, _Page] = {}
        self._worker: ThreadPoolExecutor | None = None
        self._foreseen: dict[WorkId, Future[Work | None]] = {}
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def state(self, work_id: WorkId | None, *, is_stored: bool) -> SavedState:
        """Return where the work on a lesion is."""
        page = self._pages.get(work_id) if work_id is not None else None
        if page is not None and page.has_failed:
            return SavedState.NOT_SAVED
        if page is not None and page.pending:
            return SavedState.WRITING
        if is_stored:
            return SavedState.STORED
        return SavedState.JOURNALED if page is not None and page.is_begun else SavedState.NOT_SAVED

    def unfinished(self, work_id: WorkId) -> Work | None:
        """Return the work a former run left on a lesion; its journal goes on."""
        if self._journal is None:
            return None
        try:
            looked_up = self._foreseen.pop(work_id, None) or self._submit(self._journal.work, work_id)
            work = looked_up.result()
        except NaevusError as error:
            self.failed.emit(str(error))
            return None
        if work is not None:
            self._pages[work_id] = _Page(is_begun=True)
        return work

    def foresee(self, work_ids: Sequence[WorkId]) -> None:
        """Look for what a former run left on lesions that are opened soon, so that opening need not wait."""
        if (journal := self._journal) is not None:
            self._foreseen = {
                work_id: self._foreseen.get(work_id) or self._submit(journal.work, work_id)
                for work_id in work_ids
            }

    def keep(self, start: WorkStart, step: WorkStep) -> None:
        """Write a step; ``start`` begins the journal when there is none."""
        if self._journal is None:
            return
        page = self._pages.setdefault(start.work_id, _Page())
        if not page.is_begun and page.start is None:
            page.start = start
        page.pending.append(step)
        self._later(self._write, start.work_id, page)
        self.state_changed.emit(start.work_id)

    def close(self, work_id: WorkId) -> None:
        """Finish a journal whose mask is stored or given up."""
        page = self._pages.pop(work_id, None)
        if page is not None and self._journal is not None:
            self._later(self._close, work_id, page)
        self.state_changed.emit(work_id)

    def wait(self) -> None:
        """Wait until everything is written, and let the worker and the files go."""
        self._foreseen = {}
        if self._worker is not None:
            self._worker.shutdown(wait=True)
            self._worker = None
        if self._journal is not None:
            self._journal.let_go()

    def _write(self, work_id: WorkId, page: _Page) -> None:
        """Write what waits; on the worker."""
        if self._journal is None:
            return
        if page.start is not None:
            self._journal.begin(page.start)
            page.start, page.is_begun = None, True
        while page.pending:
            self._journal.append(work_id, page.pending[0])
            page.pending.popleft()

    def _close(self, work_id: WorkId, page: _Page) -> None:
        """Close a journal that was begun; on the worker."""
        if self._journal is not None and page.is_begun:
            self._journal.close(work_id)

    def _later(self, work: Callable[[WorkId, _Page], None], work_id: WorkId, page: _Page) -> None:
        future = self._submit(work, work_id, page)
        future.add_done_callback(lambda ended: self._tell((work_id, page, ended.exception())))

    def _tell(self, arrived: tuple[WorkId, _Page, BaseException | None]) -> None:
        """Bring the outcome to the window's thread, unless the window is gone already; on the worker."""
        if isValid(self):
            self._arrived.emit(arrived)

    def _submit(self, work: Callable[..., Work | None], *arguments: object) -> Future[Work | None]:
        if self._worker is None:
            self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="naevus-journal")
        return self._worker.submit(work, *arguments)

    @Slot(object)
    def _deliver(self, arrived: tuple[WorkId, _Page, BaseException | None]) -> None:
        work_id, page, error = arrived
        page.has_failed = error is not None
        if isinstance(error, NaevusError):
            self.failed.emit(str(error))
        elif error is not None:
            raise error
        self.state_changed.emit(work_id)
