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
class RunStory:
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


def told(events: Iterable[Event], so_far: RunStory | None = None) -> RunStory:
    """The story that these events tell, from the first start or going on from ``so_far``."""
    story = so_far or RunStory()
    for event in events:
        story = _continued(story, event)
    return story


def _continued(story: RunStory, event: Event) -> RunStory:
    match event:
        case RunStarted():
            return _started(story, event)
        case StepsFinished():
            return _stepped(story, event)
        case EpochFinished():
            return _measured(story, event)
        case CheckpointSaved():
            return replace(story, saved_step=event.step)
        case BatchHalved():
            return replace(story, notices=(*story.notices, event.reason))
        case ContoursPreviewed():
            return replace(story, previews=event.images, preview_step=event.step)
        case ModelPublished():
            return replace(story, candidate=event)
        case ExamSat():
            return replace(story, verdict=event)
        case RunFinished() | RunStopped() | RunFailed():
            return _ended(story, event)


def _started(story: RunStory, event: RunStarted) -> RunStory:
    """A resumed run takes the steps after its checkpoint again, so what they told is forgotten."""
    first = event.first_step
    return replace(
        story,
        state="running",
        task=event.task,
        device=event.device,
        step=first,
        total_steps=event.total_steps,
        losses=tuple(entry for entry in story.losses if entry[0] <= first),
        rates=tuple(entry for entry in story.rates if entry[0] <= first),
        metrics=tuple(entry for entry in story.metrics if entry[0] <= first),
        seconds_left=None,
        candidate=None,
        verdict=None,
        ending=None,
    )


def _stepped(story: RunStory, event: StepsFinished) -> RunStory:
    loss = () if event.loss is None else ((event.step, event.loss),)
    return replace(
        story,
        step=event.step,
        losses=story.losses + loss,
        rates=(*story.rates, (event.step, event.learning_rate)),
        seconds_left=event.seconds_left,
        memory_bytes=event.memory_bytes,
    )


def _measured(story: RunStory, event: EpochFinished) -> RunStory:
    """Earlier versions told no steps: their curve has one point per epoch."""
    is_told = bool(story.rates) and story.rates[-1][0] >= event.step
    if not is_told:
        story = replace(
            story,
            losses=(*story.losses, (event.step, event.train_loss)),
            rates=(*story.rates, (event.step, event.learning_rate)),
        )
    return replace(story, step=event.step, metrics=(*story.metrics, (event.step, event.metrics)))


def _ended(story: RunStory, event: RunFinished | RunStopped | RunFailed) -> RunStory:
    story = replace(story, seconds_left=None)
    match event:
        case RunFinished():
            sentence = f"The run is finished: {event.step} steps, best after epoch {event.best_epoch + 1}."
            sentence = f"{sentence} {event.note}".rstrip()
            return replace(story, state="finished", step=event.step, ending=sentence)
        case RunStopped():
            sentence = f"The run was stopped after step {event.step}; it can be resumed."
            return replace(story, state="stopped", step=event.step, ending=sentence)
        case RunFailed():
            return replace(story, state="failed", ending=event.reason)
