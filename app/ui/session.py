"""What the screens share: the services, the queues, and one signal that says what changed."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from app.domain.changes import Changes
from app.domain.errors import CancelledError
from app.domain.work_list.due import DueDays
from app.ui.jobs.job import Job, JobToken
from app.ui.jobs.worker_queues import QueueName, WorkerQueues, call_unless_gone
from app.usecases.progress import Progress
from app.usecases.services import Services
from models.contract.errors import NaevusError

T = TypeVar("T")


class NoticeKind(Enum):
    """How loud a notice is."""

    INFORMATION = "information"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Notice:
    """One sentence for the person, with at most one thing to do about it."""

    text: str
    kind: NoticeKind = NoticeKind.INFORMATION
    action_text: str = ""
    action: Callable[[], None] | None = None


class Session(QObject):
    """Runs use cases on queues and tells every screen what they changed."""

    changed = Signal(object)
    """Changes: the one signal for all data; each screen asks whether it is concerned."""
    noticed = Signal(object)
    """Notice: something to tell the person."""

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.queues = WorkerQueues(self)

    @property
    def user(self) -> str:
        """Return who is at the workstation."""
        return self.services.user

    def set_user(self, user: str) -> None:
        """Sign everything that follows with another name."""
        self.services = replace(self.services, user=user)

    def set_due(self, due: DueDays) -> None:
        """Let cases be due by other days from now on."""
        self.services = replace(self.services, due=due)

    def query(
        self,
        queue_name: QueueName,
        ask: Callable[[Services, JobToken], T],
        done: Callable[[T], None],
        *,
        failed: Callable[[NaevusError], None] | None = None,
        replaces: str | None = None,
    ) -> Job:
        """Read something; ``done`` gets the answer on the UI thread."""
        services = self.services
        return self.queues.run(
            queue_name,
            lambda token: ask(services, token),
            done=done,
            failed=failed or self.report_error,
            replaces=replaces,
        )

    def act(
        self,
        queue_name: QueueName,
        verb: Callable[[Services, JobToken], Changes],
        *,
        done: Callable[[Changes], None] | None = None,
        failed: Callable[[NaevusError], None] | None = None,
        replaces: str | None = None,
    ) -> Job:
        """Do something; what it changed is published before ``done`` is called."""

        def publish(changes: Changes) -> None:
            self.changed.emit(changes)
            call_unless_gone(done, changes)

        return self.query(queue_name, verb, publish, failed=failed, replaces=replaces)

    def follow(
        self,
        queue_name: QueueName,
        steps: Callable[[Services, JobToken], Generator[Progress, None, T]],
        *,
        progressed: Callable[[Progress], None],
        done: Callable[[T], None],
        failed: Callable[[NaevusError], None] | None = None,
        changes_of: Callable[[T], Changes] | None = None,
    ) -> Job:
        """Run a long job in steps with progress; ``changes_of`` its result is published before ``done``."""
        services = self.services

        def publish(result: T) -> None:
            if changes_of is not None:
                self.changed.emit(changes_of(result))
            call_unless_gone(done, result)

        return self.queues.follow(
            queue_name,
            lambda token: steps(services, token),
            progressed=progressed,
            done=publish,
            failed=failed or self.report_error,
        )

    def report_error(self, error: NaevusError) -> None:
        """Show the sentence of an expected error; cancelling is no error."""
        if isinstance(error, CancelledError):
            self.noticed.emit(Notice(str(error)))
        else:
            self.noticed.emit(Notice(str(error), NoticeKind.ERROR))

    def tell(self, text: str, action_text: str = "", action: Callable[[], None] | None = None) -> None:
        """Tell the person something in passing."""
        self.noticed.emit(Notice(text, NoticeKind.INFORMATION, action_text, action))

    def warn(self, text: str, action_text: str = "", action: Callable[[], None] | None = None) -> None:
        """Tell the person something that should not be overlooked."""
        self.noticed.emit(Notice(text, NoticeKind.WARNING, action_text, action))

    def close(self) -> None:
        """Stop all work."""
        self.queues.close()
