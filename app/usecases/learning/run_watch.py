"""Follows one run from event to event, off the UI thread; each look reads only what is new."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.usecases.learning.freeze_snapshot import SNAPSHOTS
from app.usecases.learning.run_records import RunRecord, read_record, run_folder
from app.usecases.services import Services
from models.contract.errors import ModelRefusedError, UnknownModelError
from models.contract.shelf.exam import EXAM_FILE, Exam, read_exam
from models.contract.shelf.gate import Verdict, verdict
from training.contract.run_state import RunState, fold_events

if TYPE_CHECKING:
    from app.runs.follower import RunFollower


@dataclass(frozen=True)
class Outcome:
    """What became of a finished run's candidate."""

    exam: Exam
    verdict: Verdict
    is_shelved: bool
    is_active: bool


@dataclass(frozen=True)
class RunView:
    """Everything the page of a run shows."""

    run_id: str
    record: RunRecord
    run_state: RunState
    is_running: bool
    outcome: Outcome | None
    data_folder: Path
    """Where the pictures of the outlines lie."""


class RunWatch:
    """Keeps the place in a run's events; used by one queue at a time."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self._follower: RunFollower | None = None
        self._folder = Path()
        self._record: RunRecord | None = None
        self._run_state = RunState()
        self._outcome: Outcome | None = None

    def look(self, services: Services) -> RunView:
        """Read on and return how the run stands; raises LearningError when it is gone."""
        if self._follower is None or self._record is None:
            self._folder = run_folder(services, self.run_id)
            self._record = read_record(self._folder)
            self._follower = services.runs.follower(self._folder)
        self._run_state = fold_events(self._follower.new_events(), self._run_state)
        is_running = services.runs.is_running(self._folder)
        run_state = self._run_state
        if is_running and run_state.state in ("stopped", "failed"):
            run_state = replace(run_state, state="waiting", ending=None)
        if run_state.state != "finished":
            self._outcome = None
        elif self._outcome is None:
            self._outcome = _outcome(services, self._folder, self._record)
        data_folder = services.store.folder / SNAPSHOTS / self._record.snapshot_id
        return RunView(self.run_id, self._record, run_state, is_running, self._outcome, data_folder)

    def look_at_outcome_again(self) -> None:
        """Ask the shelf anew at the next look, because a model was put there or chosen."""
        self._outcome = None


def _outcome(services: Services, folder: Path, record: RunRecord) -> Outcome | None:
    """The exam of a finished run, None when there is none that can be read."""
    if not (folder / EXAM_FILE).is_file():
        return None
    try:
        exam = read_exam(folder)
    except ModelRefusedError:
        return None
    try:
        shelved = services.shelf.get(record.model_name, record.model_version)
        is_shelved = shelved.card.weights_sha256 == exam.candidate_sha256
    except UnknownModelError:
        is_shelved = False
    except ModelRefusedError:
        is_shelved = True  # it is there, and the shelf says what is wrong with it
    return Outcome(exam, verdict(exam), is_shelved, is_shelved and _is_active(services, exam))


def _is_active(services: Services, exam: Exam) -> bool:
    try:
        active = services.shelf.active(exam.task)
    except ModelRefusedError:
        return False
    return active is not None and active.card.weights_sha256 == exam.candidate_sha256
