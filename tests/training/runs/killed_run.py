"""What the processes of ``test_killed_runs`` do: carry out a run, most of them on a leash."""

import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from training.contract.events import CheckpointSaved, Event
from training.contract.run_folder import RunFolder
from training.runs import run as story


@dataclass(frozen=True)
class LeashedFolder(RunFolder):
    """Lets its run go no further than the checkpoint of one step, where it waits for its end."""

    last_step: int

    def append(self, event: Event) -> None:
        """As without the leash, but it never returns once ``last_step`` is saved."""
        super().append(event)
        if isinstance(event, CheckpointSaved) and event.step >= self.last_step:
            threading.Event().wait()


def go_on(folder: str, last_step: int) -> None:
    """Start, or go on with, a run that somebody is going to kill, at ``last_step`` at the latest."""
    _carry_out(LeashedFolder(Path(folder), last_step))


def finish(folder: str, publishes: bool) -> None:
    """Carry out the rest of a run; without ``publishes`` all but the publishing."""
    if not publishes:
        # It takes longer than all steps together and has nothing to resume.
        story.publish = _published
    _carry_out(RunFolder(Path(folder)))


def _published(_folder: RunFolder, root: Path) -> Path:
    return root


def _carry_out(folder: RunFolder) -> None:
    """The log is of no interest here."""
    with (folder.path / "log.txt").open("a", encoding="utf-8") as log:
        sys.stderr = log
        story.run(folder, device="cpu")
