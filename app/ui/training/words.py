"""How a run is put into words."""

from app.ui.learning.words import duration, memory
from app.usecases.learning.run_records import RunLine
from training.contract.forecast import Forecast
from training.contract.run_state import RunPhase, RunState
from training.contract.snapshot import Subset

SUBSET_WORDS: dict[Subset, str] = {
    "train": "To learn from",
    "val": "To choose the best state by",
    "exam": "For the exam only",
    "uncorrected": "Without correction, to keep steady",
}
EMPTY = "No corrections yet: correct a boundary and save it, then come back."
EMPTY_SCORES = (
    "No confirmed diagnoses yet: enter a decision that says how the diagnosis was confirmed, then come back."
)

_PHASE_WORDS: dict[RunPhase, str] = {
    "waiting": "Getting ready",
    "running": "Running",
    "finished": "Finished",
    "stopped": "Stopped",
    "failed": "Failed",
}


def phase_words(phase: RunPhase, *, passed: bool | None) -> str:
    """Return a run's state; a finished one says what the gate said."""
    if phase == "finished" and passed is not None:
        return "Finished, exam passed" if passed else "Finished, refused by the gate"
    return _PHASE_WORDS[phase]


def line_words(line: RunLine) -> str:
    """Return a run's state as its line in the list says it."""
    words = phase_words(line.state, passed=line.passed)
    if line.state == "running" and line.total_steps:
        return f"{words}, {100 * line.step / line.total_steps:.0f} %"
    return words


def progress_words(run_state: RunState) -> str:
    """Return how far a run is, and with what it computes."""
    parts = []
    if run_state.total_steps:
        parts.append(f"Step {run_state.step:,} of {run_state.total_steps:,}")
    if run_state.state == "running":
        parts.append(_time_left(run_state))
    if run_state.device:
        parts.append(device_words(run_state.device))
    if run_state.memory_bytes is not None:
        parts.append(f"{memory(run_state.memory_bytes)} of memory")
    return "  \N{MIDDLE DOT}  ".join(parts)


def _time_left(run_state: RunState) -> str:
    if run_state.total_steps and run_state.step >= run_state.total_steps:
        return "writing the model and sitting the exam"
    if run_state.seconds_left is None:
        return "measuring the pace"
    return f"about {duration(run_state.seconds_left)} left"


def device_words(device: str) -> str:
    """Return where it is computed as people call it."""
    if device == "cpu":
        return "processor"
    return "graphics card" if device.startswith("cuda") else device


def forecast_facts(forecast: Forecast) -> tuple[tuple[str, str], ...]:
    """Return what a run is expected to cost."""
    needed = "not known" if forecast.memory_bytes is None else f"about {memory(forecast.memory_bytes)}"
    return (
        ("Time", f"about {duration(forecast.seconds)}, then some minutes for the exam"),
        ("Memory", needed),
        ("Computes on", device_words(forecast.device)),
    )
