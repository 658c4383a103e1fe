"""How a run is put into words."""

from app.text.figures import duration, memory
from app.translation import N_, _
from app.usecases.learning.run_records import RunLine
from training.contract.forecast import Forecast
from training.contract.run_state import RunPhase, RunState
from training.contract.snapshot import Subset

SUBSET_WORDS: dict[Subset, str] = {
    "train": N_("To learn from"),
    "val": N_("To choose the best state by"),
    "exam": N_("For the exam only"),
    "uncorrected": N_("Without correction, to keep steady"),
}
EMPTY = N_("No corrections yet: correct a boundary and save it, then come back.")
EMPTY_SCORES = N_(
    "No confirmed diagnoses yet: enter a decision that says how the diagnosis was confirmed, then come back."
)

_PHASE_WORDS: dict[RunPhase, str] = {
    "waiting": N_("Getting ready"),
    "running": N_("Running"),
    "finished": N_("Finished"),
    "stopped": N_("Stopped"),
    "failed": N_("Failed"),
}


def phase_words(phase: RunPhase, *, passed: bool | None) -> str:
    """Return a run's state; a finished one says what the gate said."""
    if phase == "finished" and passed is not None:
        return _("Finished, exam passed") if passed else _("Finished, refused by the gate")
    return _(_PHASE_WORDS[phase])


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
        parts.append(
            _("Step {step:,} of {total_steps:,}").format(
                step=run_state.step, total_steps=run_state.total_steps
            )
        )
    if run_state.state == "running":
        parts.append(_time_left(run_state))
    if run_state.device:
        parts.append(device_words(run_state.device))
    if run_state.memory_bytes is not None:
        parts.append(_("{memory} of memory").format(memory=memory(run_state.memory_bytes)))
    return "  \N{MIDDLE DOT}  ".join(parts)


def _time_left(run_state: RunState) -> str:
    if run_state.total_steps and run_state.step >= run_state.total_steps:
        return _("writing the model and sitting the exam")
    if run_state.seconds_left is None:
        return _("measuring the pace")
    return _("about {duration} left").format(duration=duration(run_state.seconds_left))


def device_words(device: str) -> str:
    """Return where it is computed as people call it."""
    if device == "cpu":
        return _("processor")
    return _("graphics card") if device.startswith("cuda") else device


def forecast_facts(forecast: Forecast) -> tuple[tuple[str, str], ...]:
    """Return what a run is expected to cost."""
    needed = (
        _("not known")
        if forecast.memory_bytes is None
        else _("about {memory}").format(memory=memory(forecast.memory_bytes))
    )
    return (
        (
            _("Time"),
            _("about {duration}, then some minutes for the exam").format(duration=duration(forecast.seconds)),
        ),
        (_("Memory"), needed),
        (_("Computes on"), device_words(forecast.device)),
    )
