import struct
from pathlib import Path
from typing import Any

import pytest

from tests.training.loop.toy_task import STEPS_PER_EPOCH, toy_trainer
from training.contract.events import EpochFinished, Event, RunFinished, StepsFinished
from training.loop.tensorboard import FOLDER, curves_for_tensorboard, draw


class Curves:
    def __init__(self) -> None:
        self.points: list[tuple[str, float, int]] = []

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> None:
        self.points.append((tag, scalar_value, global_step))


def test_every_number_of_a_run_becomes_a_point() -> None:
    curves = Curves()
    draw(curves, StepsFinished(step=3, loss=0.5, learning_rate=1e-3, seconds_left=1.0, memory_bytes=2**30))
    draw(curves, StepsFinished(step=4, loss=None, learning_rate=2e-3, seconds_left=None))
    draw(
        curves,
        EpochFinished(
            epoch=0, step=5, height_px=32, width_px=32, learning_rate=1e-3, train_loss=0.5,
            metrics={"dice": 0.8}, seconds=1, is_best=True,
        ),
    )  # fmt: skip
    draw(curves, RunFinished(step=5, best_epoch=0, metrics={"dice": 0.8}))
    assert curves.points == [
        ("learning rate", 1e-3, 3), ("loss", 0.5, 3), ("memory, GiB", 1.0, 3),
        ("learning rate", 2e-3, 4), ("validation/dice", 0.8, 5),
    ]  # fmt: skip


def records_of(file: Path) -> list[Any]:
    """The records of an event file: length, checksum, message, checksum, and again."""
    from tensorboardX.proto.event_pb2 import Event as Record

    content, place, found = file.read_bytes(), 0, []
    while place < len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        found.append(Record.FromString(content[place + 12 : place + 12 + length]))
        place += 16 + length
    return found


def test_a_resumed_run_takes_back_the_points_that_come_again(tmp_path: Path) -> None:
    told: list[Event] = []
    with curves_for_tensorboard(tmp_path, told.append, first_step=5) as emit:
        emit(StepsFinished(step=6, loss=0.25, learning_rate=1e-3, seconds_left=None))
    assert len(told) == 1
    (file,) = (tmp_path / FOLDER).iterdir()
    records = records_of(file)
    starts = [record.step for record in records if record.session_log.status == 1]
    assert starts == [6]
    values = {
        value.tag: (record.step, value.simple_value) for record in records for value in record.summary.value
    }
    assert values == {"learning_rate": (6, pytest.approx(1e-3)), "loss": (6, 0.25)}


def test_a_run_writes_its_curves_into_its_folder(tmp_path: Path) -> None:
    folder, trainer = toy_trainer(tmp_path / "run")
    events: list[Event] = []
    with curves_for_tensorboard(folder.path, events.append, first_step=0) as emit:
        trainer.train(emit)
    assert any(isinstance(event, EpochFinished) and event.step == STEPS_PER_EPOCH for event in events)
    written = list((folder.path / FOLDER).iterdir())
    assert len(written) == 1
    content = written[0].read_bytes()
    assert b"validation/score" in content
    assert b"learning_rate" in content
    assert str(tmp_path).encode() not in content
