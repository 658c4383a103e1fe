"""One piece of work off the UI thread, and the token that cancels it."""

import threading
from collections.abc import Callable

from app.domain.errors import CancelledError


class JobToken:
    """Tells a running job that the person no longer wants it; fits the use cases' CancelToken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._actions: list[Callable[[], None]] = []
        self._is_cancelled = False

    @property
    def is_cancelled(self) -> bool:
        """Say whether the job was cancelled."""
        return self._is_cancelled

    def on_cancel(self, action: Callable[[], None]) -> None:
        """Call ``action`` when the job is cancelled, at once if that has happened; on the caller's thread."""
        with self._lock:
            if not self._is_cancelled:
                self._actions.append(action)
                return
        action()

    def cancel(self) -> None:
        """Ask the job to stop; asking twice changes nothing."""
        with self._lock:
            if self._is_cancelled:
                return
            self._is_cancelled = True
            actions, self._actions = self._actions, []
        for action in actions:
            action()

    def raise_if_cancelled(self) -> None:
        """Raise CancelledError when the job was cancelled."""
        if self._is_cancelled:
            raise CancelledError


class Job:
    """A handle on submitted work: cancel it, or let a newer one take its place."""

    def __init__(self) -> None:
        self.token = JobToken()
        self.is_superseded = False
        self.is_ended = False

    def cancel(self) -> None:
        """Ask the work to stop; its ``failed`` callback tells when it has."""
        self.token.cancel()

    def supersede(self) -> None:
        """Stop the work and never deliver its result."""
        self.is_superseded = True
        self.token.cancel()
