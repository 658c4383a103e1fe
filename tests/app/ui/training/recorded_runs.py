"""Runs whose events were recorded: a folder as training leaves it, and a launcher that starts nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import cv2

from app.runs.follower import RunFollower
from app.usecases.learning.freeze_snapshot import SNAPSHOTS
from app.usecases.learning.run_records import RUNS, RunRecord, write_record
from models.contract.shelf.exam import Exam, ExamPart, write_exam
from tests.builders import a_lesion_image
from training.contract.events import (
    BatchHalved,
    ContourPreview,
    ContoursPreviewed,
    EpochFinished,
    Event,
    ExamSat,
    ModelPublished,
    RunFailed,
    RunFinished,
    RunStarted,
    StepsFinished,
    to_line,
)
from training.contract.forecast import Forecast

CANDIDATE = "dermomamba/1-clinic1"
SNAPSHOT = "segmentation-20260314-090000-abcd"
FORECAST = Forecast(
    seconds_per_step=2.0, seconds=740.0, memory_bytes=1_700_000_000, device="cpu", note="Other work slows it."
)


@dataclass
class RecordedRuns:
    """A run launcher; ``alive`` holds the runs that count as being carried out."""

    alive: set[Path] = field(default_factory=set)
    stopped: list[Path] = field(default_factory=list)
    started: list[Path] = field(default_factory=list)
    asked: list[Sequence[str]] = field(default_factory=list)

    def start(self, folder: Path) -> None:
        self.started.append(folder)
        self.alive.add(folder)

    def is_running(self, folder: Path) -> bool:
        return folder in self.alive

    def stop(self, folder: Path) -> bool:
        self.stopped.append(folder)
        return False

    def follower(self, folder: Path) -> RunFollower:
        has_begun = (folder / "events.jsonl").exists()
        return RunFollower(
            folder, is_running=lambda: folder in self.alive, newest_start=lambda: 0 if has_begun else None
        )

    def answer(self, arguments: Sequence[str]) -> str:
        self.asked.append(arguments)
        return FORECAST.model_dump_json()


def a_run(data: Path, events: Iterable[Event], *, run_id: str = "dermomamba-1-clinic1") -> Path:
    """Write a run folder with its record and events, and the image that its outlines are drawn over."""
    folder = data / RUNS / run_id
    folder.mkdir(parents=True)
    record = RunRecord(
        task="segmentation",
        snapshot_id=SNAPSHOT,
        snapshot_manifest_sha256="0" * 64,
        base="dermomamba/1",
        base_sha256="1" * 64,
        model_name="dermomamba",
        model_version="1-clinic1",
        started_by="Dr Test",
        started_at=datetime(2026, 3, 14, 9, tzinfo=UTC),
    )
    write_record(folder, record)
    images = data / SNAPSHOTS / SNAPSHOT / "images"
    images.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(images / "one.png"), cv2.cvtColor(a_lesion_image(), cv2.COLOR_RGB2BGR))
    tell(folder, events)
    return folder


def tell(folder: Path, events: Iterable[Event]) -> None:
    """Add events to what a run has told."""
    with (folder / "events.jsonl").open("a", encoding="utf-8") as stream:
        stream.writelines(to_line(event) + "\n" for event in events)


def started() -> list[Event]:
    """What a run tells in its first minute."""
    corner = ((40.0, 30.0), (90.0, 30.0), (90.0, 70.0))
    outline = ContourPreview(image_id="one", image_file="images/one.png", before=(corner,), after=(corner,))
    return [
        RunStarted(
            task="segmentation",
            architecture="dermomamba",
            parameters=1000,
            device="cpu",
            train_images=64,
            validation_images=16,
            epochs=4,
            total_steps=52,
            first_step=0,
        ),
        *(steps(step) for step in (2, 8, 13)),
        BatchHalved(
            micro_batch_size=4, reason="The memory did not suffice for 8 images at once; now it is 4."
        ),
        ContoursPreviewed(step=13, images=(outline,)),
        _epoch(0, 13, 0.81),
    ]


def steps(step: int) -> StepsFinished:
    """The event of one step."""
    return StepsFinished(
        step=step,
        loss=0.3 - step / 1000,
        learning_rate=1e-4,
        seconds_left=18.0 * (52 - step),
        memory_bytes=1_700_000_000,
    )


def finished(*, passed: bool) -> list[Event]:
    """What a run tells that came to its end."""
    return [
        *started(),
        *(steps(step) for step in (26, 39, 52)),
        _epoch(3, 52, 0.86),
        ModelPublished(name="dermomamba", version="1-clinic1", folder="published"),
        ExamSat(passed=passed, reasons=(), headline={}),
        RunFinished(step=52, best_epoch=3, metrics={"dice": 0.86}),
    ]


def failed() -> list[Event]:
    """What a run tells that ran into a full disk."""
    return [*started(), RunFailed(reason="The disk is full, so the run could not go on.")]


def an_exam(*, gain: float) -> Exam:
    """An exam of the candidate on enough cases; a loss beyond the margin does not pass."""
    groups = (("sex: female", 14), ("overall", 30), ("reference images", 112))
    parts = tuple(
        ExamPart(
            group=group,
            metric=metric,
            n=n,
            active=0.8,
            candidate=0.8 + gain,
            difference=gain,
            low=gain - 0.01,
            high=gain + 0.01,
        )
        for group, n in groups
        for metric in ("dice", "iou", "boundary_f1")
    )
    return Exam(
        task="segmentation",
        active="dermomamba/1",
        active_sha256="1" * 64,
        candidate=CANDIDATE,
        candidate_sha256="2" * 64,
        snapshot_id=SNAPSHOT,
        snapshot_manifest_sha256="0" * 64,
        images=30,
        patients=15,
        parts=parts,
        parity_max_abs_difference=1e-6,
        has_nan=False,
        labels_unchanged=True,
        taken_at=datetime(2026, 3, 14, tzinfo=UTC),
    )


def a_finished_run(data: Path, *, gain: float) -> Path:
    """Write a run that came to its end, with its exam."""
    folder = a_run(data, finished(passed=gain > 0))
    write_exam(an_exam(gain=gain), folder)
    return folder


def _epoch(epoch: int, step: int, dice: float) -> EpochFinished:
    return EpochFinished(
        epoch=epoch,
        step=step,
        height_px=96,
        width_px=128,
        learning_rate=1e-4,
        train_loss=0.2,
        metrics={"dice": dice, "iou": dice - 0.1, "score": dice - 0.1},
        seconds=30.0,
        is_best=True,
    )
