"""Named queues with one worker each: what must not overlap shares a queue, so no locks are needed.

Results come back to the UI thread through one queued signal.

Work on a queue makes no Qt objects that connect to others, not within Qt either (an image reader that
guesses the format does): it would wait for a lock of Qt's with Python's lock in hand, and the UI thread the
other way round.
"""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from app.ui.jobs.job import Job, JobToken
from app.usecases.progress import Progress
from models.contract.errors import NaevusError

T = TypeVar("T")


class QueueName(Enum):
    """Where a job runs."""

    DATABASE = "database"
    """Short reading and writing of the case store: what has nothing to compute."""
    IMAGES = "images"
    """Decoding, measuring and encoding of what is looked at and drawn."""
    INFERENCE = "inference"
    FILES = "files"
    LEARNING = "learning"
    """Freezing corrections, forecasts, exams, and what reads whole models."""
    WATCHING = "watching"
    """Short looks at what runs are telling, which no long job may hold up."""


_FINISHED = frozenset({QueueName.DATABASE, QueueName.IMAGES})
"""Queues on which a person's work is stored, which closing does not cut off."""


@dataclass(frozen=True, slots=True)
class _Order:
    """What a job is to do, where, and what is called when it is done or has failed.

    Any of these may be the last to know a widget, which must not be destroyed on the worker's thread: they
    are held here until the UI thread lets them go.
    """

    queue_name: QueueName
    work: Callable[[JobToken], object]
    done: Callable[[Any], None] | None
    failed: Callable[[NaevusError], None] | None


class WorkerQueues(QObject):
    """Runs jobs on their queues; create and use it on the UI thread only."""

    _arrived = Signal(object)
    busy_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._executors = {
            queue_name: ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"naevus-{queue_name.value}")
            for queue_name in QueueName
        }
        self._orders: dict[Job, _Order] = {}
        self._latest: dict[str, Job] = {}
        self._held_back: list[Callable[[], None]] | None = None
        """What starts the jobs that are held back; None while none are."""
        self._is_closed = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        queue_name: QueueName,
        work: Callable[[JobToken], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[NaevusError], None] | None = None,
        replaces: str | None = None,
    ) -> Job:
        """Run ``work`` on a queue; ``done`` or ``failed`` is called on the UI thread.

        ``replaces`` names a kind of work of which only the latest counts: an older one is cancelled and
        its result is never delivered. A callback of a widget that is gone by then is not called. Once the
        queues are closed nothing is run any more.
        """
        job = Job()
        if self._is_closed:
            job.is_ended = True
            return job
        self._orders[job] = _Order(queue_name, work, done, failed)
        if replaces is not None:
            self._replace_latest(replaces, job)
        self.busy_changed.emit()
        if self._held_back is None:
            self._start(queue_name, work, job)
        else:
            self._held_back.append(lambda: self._start(queue_name, work, job))
        return job

    @contextmanager
    def holding_back(self) -> Iterator[None]:
        """Start what is asked for meanwhile at the end, so that it does not slow down what is to be shown."""
        if self._held_back is not None:
            yield
            return
        held_back: list[Callable[[], None]] = []
        self._held_back = held_back
        try:
            yield
        finally:
            self._held_back = None
            for start in held_back:
                start()

    def follow(
        self,
        queue_name: QueueName,
        steps: Callable[[JobToken], Generator[Progress, None, T]],
        *,
        progressed: Callable[[Progress], None],
        done: Callable[[T], None] | None = None,
        failed: Callable[[NaevusError], None] | None = None,
    ) -> Job:
        """Run a generator job; it looks at its token between steps and may return what it has so far."""

        def report(progress: Progress) -> None:
            self._arrived.emit(lambda: call_unless_gone(progressed, progress))

        return self.run(queue_name, lambda token: _drained(steps(token), report), done=done, failed=failed)

    @property
    def busy_queues(self) -> frozenset[QueueName]:
        """Return the queues with work waiting or running."""
        return frozenset(order.queue_name for order in self._orders.values())

    def close(self) -> None:
        """Finish what is to be stored, cancel the rest and wait for the workers to leave."""
        self._is_closed = True
        for job, order in list(self._orders.items()):
            # Of what a newer job may replace nothing is stored.
            if order.queue_name not in _FINISHED or job in self._latest.values():
                job.supersede()
        for queue_name, executor in self._executors.items():
            executor.shutdown(wait=True, cancel_futures=queue_name not in _FINISHED)
        self._orders.clear()

    def _start(self, queue_name: QueueName, work: Callable[[JobToken], T], job: Job) -> None:
        future = self._executors[queue_name].submit(_taken_out, [work], job.token)
        future.add_done_callback(lambda ended: self._arrived.emit(lambda: self._end(job, ended)))

    def _replace_latest(self, replaces: str, job: Job) -> None:
        if (older := self._latest.get(replaces)) is not None and not older.is_ended:
            older.supersede()
        self._latest[replaces] = job

    def _end(self, job: Job, future: Future[Any]) -> None:
        job.is_ended = True
        order = self._orders.pop(job)
        self.busy_changed.emit()
        error = None if future.cancelled() else future.exception()
        is_wanted = not (job.is_superseded or self._is_closed or future.cancelled())
        if isinstance(error, NaevusError) or not is_wanted:
            _drop_frames(error)
        if not is_wanted:
            return
        if error is None:
            call_unless_gone(order.done, future.result())
        elif isinstance(error, NaevusError):
            call_unless_gone(order.failed, error)
        else:
            raise error

    @Slot(object)
    def _deliver(self, call: Callable[[], None]) -> None:
        if not self._is_closed:
            call()


def call_unless_gone(callback: Callable[[T], None] | None, value: T) -> None:
    """Call back, unless nobody waits or it is a method of a Qt object that was destroyed meanwhile."""
    owner = getattr(callback, "__self__", None)
    if callback is not None and (not isinstance(owner, QObject) or isValid(owner)):
        callback(value)


def _taken_out(holder: list[Callable[[JobToken], T]], token: JobToken) -> T:
    """Take the work out of its holder and do it, but do not start what was cancelled while it waited."""
    work = holder.pop()
    token.raise_if_cancelled()
    return work(token)


def _drop_frames(error: BaseException | None) -> None:
    """Take the frames from an error and from those that led to it: they know the work."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__


def _drained(steps: Generator[Progress, None, T], report: Callable[[Progress], None]) -> T:
    """Run a generator to its end; its return value is the result."""
    try:
        while True:
            report(next(steps))
    except StopIteration as ended:
        result: T = ended.value
        return result
