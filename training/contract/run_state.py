"""The story of a run so far, folded from its events; the same events always tell the same story."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from training.contract.events import (
    BatchHalved,
    CheckpointSaved,
    ContourPreview,
    ContoursPreviewed,
    EpochFinished,
    Event,
    ExamSat,
    ModelPublished,
    RunFailed,
    RunFinished,
    RunStarted,
    RunStopped,
    StepsFinished,
)

RunPhase: TypeAlias = Literal["waiting", "running", "finished", "stopped", "failed"]


@dataclass(frozen=True)
class RunState:
    """Where a run stands and how it came there, over all its starts."""

    state: RunPhase = "waiting"
    task: str | None = None
    device: str | None = None
    step: int = 0
    total_steps: int = 0
    losses: tuple[tuple[int, float], ...] = ()
    """(step, mean training loss since the entry before)."""
    rates: tuple[tuple[int, float], ...] = ()
    """(step, learning rate)."""
    metrics: tuple[tuple[int, dict[str, float]], ...] = ()
    """(step, measurements on the validation images)."""
    seconds_left: float | None = None
    memory_bytes: int | None = None
    previews: tuple[ContourPreview, ...] = ()
    """The newest outlines."""
    preview_step: int | None = None
    saved_step: int | None = None
    """Where a resumed run would go on."""
    notices: tuple[str, ...] = ()
    """Sentences a person should see although the run goes on."""
    candidate: ModelPublished | None = None
    verdict: ExamSat | None = None
    ending: str | None = None
    """How it ended, in a sentence; None while it goes on."""


def fold_events(events: Iterable[Event], so_far: RunState | None = None) -> RunState:
    """The story that these events tell, from the first start or going on from ``so_far``."""
    run_state = so_far or RunState()
    for event in events:
        run_state = _continued(run_state, event)
    return run_state


def _continued(run_state: RunState, event: Event) -> RunState:
    match event:
        case RunStarted():
            return _started(run_state, event)
        case StepsFinished():
            return _stepped(run_state, event)
        case EpochFinished():
            return _measured(run_state, event)
        case CheckpointSaved():
            return replace(run_state, saved_step=event.step)
        case BatchHalved():
            return replace(run_state, notices=(*run_state.notices, event.reason))
        case ContoursPreviewed():
            return replace(run_state, previews=event.images, preview_step=event.step)
        case ModelPublished():
            return replace(run_state, candidate=event)
        case ExamSat():
            return replace(run_state, verdict=event)
        case RunFinished() | RunStopped() | RunFailed():
            return _ended(run_state, event)


def _started(run_state: RunState, event: RunStarted) -> RunState:
    """A resumed run takes the steps after its checkpoint again, so what they told is forgotten."""
    first = event.first_step
    return replace(
        run_state,
        state="running",
        task=event.task,
        device=event.device,
        step=first,
        total_steps=event.total_steps,
        losses=tuple(entry for entry in run_state.losses if entry[0] <= first),
        rates=tuple(entry for entry in run_state.rates if entry[0] <= first),
        metrics=tuple(entry for entry in run_state.metrics if entry[0] <= first),
        seconds_left=None,
        candidate=None,
        verdict=None,
        ending=None,
    )


def _stepped(run_state: RunState, event: StepsFinished) -> RunState:
    loss = () if event.loss is None else ((event.step, event.loss),)
    return replace(
        run_state,
        step=event.step,
        losses=run_state.losses + loss,
        rates=(*run_state.rates, (event.step, event.learning_rate)),
        seconds_left=event.seconds_left,
        memory_bytes=event.memory_bytes,
    )


def _measured(run_state: RunState, event: EpochFinished) -> RunState:
    """Earlier versions told no steps: their curve has one point per epoch."""
    is_told = bool(run_state.rates) and run_state.rates[-1][0] >= event.step
    if not is_told:
        run_state = replace(
            run_state,
            losses=(*run_state.losses, (event.step, event.train_loss)),
            rates=(*run_state.rates, (event.step, event.learning_rate)),
        )
    return replace(run_state, step=event.step, metrics=(*run_state.metrics, (event.step, event.metrics)))


def _ended(run_state: RunState, event: RunFinished | RunStopped | RunFailed) -> RunState:
    run_state = replace(run_state, seconds_left=None)
    match event:
        case RunFinished():
            sentence = f"The run is finished: {event.step} steps, best after epoch {event.best_epoch + 1}."
            sentence = f"{sentence} {event.note}".rstrip()
            return replace(run_state, state="finished", step=event.step, ending=sentence)
        case RunStopped():
            sentence = f"The run was stopped after step {event.step}; it can be resumed."
            return replace(run_state, state="stopped", step=event.step, ending=sentence)
        case RunFailed():
            return replace(run_state, state="failed", ending=event.reason)
