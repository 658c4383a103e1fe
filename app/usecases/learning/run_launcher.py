"""What carries out training beside this program."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from app.runs.follower import RunFollower


class RunLauncher(Protocol):
    """Carries out training in processes of their own, which outlive this one."""

    def start(self, folder: Path) -> None:
        """Start or resume a run; raises LearningError when it is running already."""
        ...

    def is_running(self, folder: Path) -> bool:
        """Say whether the process of a run is alive."""
        ...

    def stop(self, folder: Path) -> bool:
        """Ask a run to stop; end it and return True when an earlier request was not heeded for long."""
        ...

    def follower(self, folder: Path) -> RunFollower:
        """Return a follower that begins at the first event of a run."""
        ...

    def answer(self, arguments: Sequence[str]) -> str:
        """Carry out a short training command and return what it printed; raises LearningError."""
        ...
