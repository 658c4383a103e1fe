"""The runs of this installation: which folder, from which snapshot and model, started by whom."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from app.domain.errors import LearningError
from app.translation import _
from app.usecases.services import Services
from models.contract.files.atomic_files import write_whole
from models.contract.shelf.card import Sha256, Task
from training.contract.run_state import RunPhase, RunState, fold_events

RUNS = "runs"
_RECORD_FILE = "run.json"


class RunRecord(BaseModel):
    """What a run was started with, beside its plan; never changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    schema_version: Literal[1] = 1
    task: Task
    snapshot_id: str
    snapshot_manifest_sha256: Sha256
    base: str
    """``name/version`` of the model that is taught."""
    base_sha256: Sha256
    model_name: str
    model_version: str
    started_by: str
    started_at: AwareDatetime


@dataclass(frozen=True, slots=True)
class RunLine:
    """A line of the list of runs."""

    id: str
    task: Task
    snapshot_id: str
    base: str
    candidate: str
    """``name/version`` that the trained model gets."""
    started_by: str
    started_at: datetime
    state: RunPhase
    is_running: bool
    """Its process is alive and has not told its ending."""
    step: int
    total_steps: int
    seconds_left: float | None
    passed: bool | None
    """What the gate said about the candidate; None before the exam."""
    ending: str | None


def runs_folder(services: Services) -> Path:
    """Return where the runs lie."""
    return services.store.folder / RUNS


def run_folder(services: Services, run_id: str) -> Path:
    """Return the folder of a run; raises LearningError when there is none."""
    if run_id not in run_ids(services):
        raise LearningError(_("There is no run “{run_id}”.").format(run_id=run_id))
    return runs_folder(services) / run_id


def run_ids(services: Services) -> tuple[str, ...]:
    """Return the ids of all runs that were started here."""
    return tuple(file.parent.name for file in sorted(runs_folder(services).glob(f"*/{_RECORD_FILE}")))


def write_record(folder: Path, record: RunRecord) -> None:
    """Write what a run was started with."""
    write_whole(folder / _RECORD_FILE, (record.model_dump_json(indent=2) + "\n").encode())


def read_record(folder: Path) -> RunRecord:
    """Return what a run was started with; raises LearningError when that is damaged."""
    try:
        return RunRecord.model_validate_json((folder / _RECORD_FILE).read_bytes())
    except (OSError, ValidationError) as error:
        raise LearningError(
            _("The record of the run “{name}” cannot be read.").format(name=folder.name)
        ) from error


def run_state_of(services: Services, folder: Path) -> RunState:
    """Return the story of a run so far; one that was just started anew waits until it says something."""
    follower = services.runs.follower(folder)
    run_state = fold_events(follower.new_events())
    is_between_starts = run_state.state in ("stopped", "failed") and services.runs.is_running(folder)
    return replace(run_state, state="waiting", ending=None) if is_between_starts else run_state


def line_of(services: Services, folder: Path) -> RunLine:
    """Return the line of a run."""
    record, run_state = read_record(folder), run_state_of(services, folder)
    return RunLine(
        id=folder.name,
        task=record.task,
        snapshot_id=record.snapshot_id,
        base=record.base,
        candidate=f"{record.model_name}/{record.model_version}",
        started_by=record.started_by,
        started_at=record.started_at,
        state=run_state.state,
        is_running=run_state.state in ("waiting", "running") and services.runs.is_running(folder),
        step=run_state.step,
        total_steps=run_state.total_steps,
        seconds_left=run_state.seconds_left,
        passed=None if run_state.verdict is None else run_state.verdict.passed,
        ending=run_state.ending,
    )
