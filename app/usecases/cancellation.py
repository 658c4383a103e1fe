"""Where a long job looks whether the person still wants it."""

from app.domain.errors import CancelledError
from app.usecases.ports import CancelToken


class NeverCancelled:
    """The token of a job that nobody can cancel."""

    is_cancelled = False

    def on_cancel(self, action: object) -> None:
        """Forget the action, because it will never be due."""


def stop_if_cancelled(token: CancelToken) -> None:
    """Raise CancelledError when the person asked to stop."""
    if token.is_cancelled:
        raise CancelledError
