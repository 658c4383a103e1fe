"""What the processes of ``test_killed_runs`` do: carry out a run, all but the publishing."""

import sys
from pathlib import Path

from training.contract.run_folder import RunFolder
from training.engine import run as story


def _published(_folder: RunFolder, root: Path) -> Path:
    return root


def carry_out(folder: str) -> None:
    """Start, or go on with, the run in a folder; its log is of no interest here."""
    # Publishing takes longer than all kills together and has nothing to resume.
    story.publish = _published
    with Path(folder, "log.txt").open("a", encoding="utf-8") as log:
        sys.stderr = log
        story.run(RunFolder(Path(folder)), device="cpu")
