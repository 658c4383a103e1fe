"""What a run tells: one JSON object per line of events.jsonl, in the order it happened.

Each start of a run ends with exactly one terminal event; a process that was killed cannot write its
own, so whoever follows the run adds ``RunFailed`` for it (``closed``).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Polygons: TypeAlias = tuple[tuple[tuple[float, float], ...], ...]


def _now() -> datetime:
    return datetime.now(UTC)


class _Event(BaseModel):
    # Infinity and NaN have no form in JSON; written as words they read back as what they were.
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")
    at: datetime = Field(default_factory=_now)


class RunStarted(_Event):
    """The process has read its plan and data; ``first_step`` is above 0 when it resumes."""

    kind: Literal["run_started"] = "run_started"
    task: str
    architecture: str
    parameters: int
    device: str
    train_images: int
    validation_images: int
    epochs: int
    total_steps: int
    first_step: int


class StepsFinished(_Event):
    """The run has gone on; told about every two seconds and after the last step of an epoch.

    ``loss`` is the mean since the event before, None if no batch could be used;
    ``memory_bytes`` is what the process needed at most so far, on the device that computes.
    """

    kind: Literal["steps_finished"] = "steps_finished"
    step: int
    loss: float | None
    learning_rate: float
    seconds_left: float | None
    memory_bytes: int | None = None


class BatchHalved(_Event):
    """The memory did not suffice; each step is now computed in parts of this many images."""

    kind: Literal["batch_halved"] = "batch_halved"
    micro_batch_size: int
    reason: str


class ContourPreview(BaseModel):
    """The outlines of one image under the first weights and now, as polygons in image_xy px."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    image_id: str
    image_file: str
    """Relative to the data folder."""
    before: Polygons
    after: Polygons


class ContoursPreviewed(_Event):
    """How the network outlines a few exam images after this step: to look at, never to choose by."""

    kind: Literal["contours_previewed"] = "contours_previewed"
    step: int
    images: tuple[ContourPreview, ...]


class EpochFinished(_Event):
    """One epoch is over and was measured on the validation images with the averaged weights."""

    kind: Literal["epoch_finished"] = "epoch_finished"
    epoch: int
    step: int
    height_px: int
    width_px: int
    learning_rate: float
    train_loss: float
    metrics: dict[str, float]
    seconds: float
    is_best: bool


class CheckpointSaved(_Event):
    """The run can be resumed from this step."""

    kind: Literal["checkpoint_saved"] = "checkpoint_saved"
    step: int
    file: str


class ModelPublished(_Event):
    """A model folder with card and weights has been written."""

    kind: Literal["model_published"] = "model_published"
    name: str
    version: str
    folder: str


class ExamSat(_Event):
    """The published model was measured beside the one it was trained from."""

    kind: Literal["exam_sat"] = "exam_sat"
    passed: bool
    reasons: tuple[str, ...]
    headline: dict[str, float]


class RunFinished(_Event):
    """The plan was carried out to its end, or as far as the score rose."""

    kind: Literal["run_finished"] = "run_finished"
    step: int
    best_epoch: int
    metrics: dict[str, float]
    note: str = ""
    """Why it was finished before its last epoch, in a sentence."""


class RunStopped(_Event):
    """Someone asked the run to stop; it can be resumed."""

    kind: Literal["run_stopped"] = "run_stopped"
    step: int


class RunFailed(_Event):
    """The run ended early; ``reason`` is the sentence to show."""

    kind: Literal["run_failed"] = "run_failed"
    reason: str


Event: TypeAlias = (
    RunStarted
    | StepsFinished
    | BatchHalved
    | ContoursPreviewed
    | EpochFinished
    | CheckpointSaved
    | ModelPublished
    | ExamSat
    | RunFinished
    | RunStopped
    | RunFailed
)
TERMINAL_EVENTS = (RunFinished, RunStopped, RunFailed)

_ADAPTER: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def to_line(event: Event) -> str:
    """The event as one line of JSON, without the line break."""
    return event.model_dump_json()


def from_line(line: str) -> Event | None:
    """The event of a line, or None for a line that was cut off by a crash."""
    try:
        return _ADAPTER.validate_json(line)
    except ValidationError:
        return None


def closed(events: Iterable[Event], *, is_running: bool) -> list[Event]:
    """The events of the last start, ended by a ``RunFailed`` if the process died without a word."""
    last_start: list[Event] = []
    for event in events:
        # A start that failed before it could say so is a start of its own, too.
        if isinstance(event, RunStarted) or (last_start and isinstance(last_start[-1], TERMINAL_EVENTS)):
            last_start = []
        last_start.append(event)
    has_ended = bool(last_start) and isinstance(last_start[-1], TERMINAL_EVENTS)
    if not has_ended and not is_running:
        last_start.append(RunFailed(reason="The training process ended without finishing its run."))
    return last_start
