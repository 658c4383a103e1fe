"""Where a long job looks whether the person still wants it."""

from collections.abc import Callable
from typing import Protocol

from app.domain.errors import CancelledError


class CancelToken(Protocol):
    """Asked by long jobs whether to stop."""

    @property
    def is_cancelled(self) -> bool:
        """Say whether the person asked to stop."""
        ...

    def on_cancel(self, action: Callable[[], None]) -> None:
        """Call ``action`` when the person cancels (at once if that has happened)."""
        ...


class NeverCancelled:
    """The token of a job that nobody can cancel."""

    is_cancelled = False

    def on_cancel(self, action: object) -> None:
        """Forget the action, because it will never be due."""


def stop_if_cancelled(token: CancelToken) -> None:
    """Raise CancelledError when the person asked to stop."""
    if token.is_cancelled:
        raise CancelledError
