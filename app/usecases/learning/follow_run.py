"""Looks at runs: all of them in a list, or the story of one."""

from app.usecases.learning.run_records import RunLine, line_of, run_folder, run_ids, run_state_of
from app.usecases.services import Services
from training.contract.run_state import RunState


def list_runs(services: Services) -> tuple[RunLine, ...]:
    """Return the runs of this installation, the newest first."""
    lines = [line_of(services, run_folder(services, run_id)) for run_id in run_ids(services)]
    return tuple(sorted(lines, key=lambda line: line.started_at, reverse=True))


def follow_run(services: Services, run_id: str) -> RunState:
    """Return the story of a run so far; a run whose process has died has failed."""
    return run_state_of(services, run_folder(services, run_id))
