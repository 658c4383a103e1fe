"""What the processes of ``test_distributed`` do: carry out a run together, all but publishing and exam."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from training.contract.events import CheckpointSaved, Event, ExamSat
from training.contract.run_folder import RunFolder
from training.loop.distributed import is_first_process
from training.runs import run as story

STEP_OF_TROUBLE = 3


@dataclass(frozen=True)
class StoppedFolder(RunFolder):
    """Somebody asks for a stop as soon as a step is saved; only the first process comes to hear of it."""

    def append(self, event: Event) -> None:
        super().append(event)
        if isinstance(event, CheckpointSaved) and event.step == STEP_OF_TROUBLE:
            self.request_stop()

    def is_stop_requested(self) -> bool:
        return is_first_process() and super().is_stop_requested()


class BreakingFolder(RunFolder):
    """The second process breaks off without a word before a step; each asks once before every step."""

    looks = 0

    def is_stop_requested(self) -> bool:
        BreakingFolder.looks += 1
        if BreakingFolder.looks > STEP_OF_TROUBLE and not is_first_process():
            os._exit(3)
        return super().is_stop_requested()


FOLDERS = {"none": RunFolder, "stop": StoppedFolder, "break": BreakingFolder}


def _published(_folder: RunFolder, root: Path) -> Path:
    return root


def _examined(*_: object) -> ExamSat:
    return ExamSat(passed=False, reasons=(), headline={})


if __name__ == "__main__":
    story.publish = _published
    story._examined = _examined
    kind, path = sys.argv[1:]
    if story.run(FOLDERS[kind](Path(path)), device="cpu").kind == "run_failed":
        sys.exit(1)
