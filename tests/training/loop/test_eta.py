import math

import pytest
import torch

from tests.training.loop.toy_task import toy_plan
from training.contract.events import StepsFinished
from training.loop import eta as pace
from training.loop.eta import Pace


class Clock:
    """A clock that a test moves by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        monkeypatch.setattr(pace.time, "monotonic", lambda: self.now_s)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def told_steps(
    clock: Clock, seconds_per_step: list[float], losses: list[float] | None = None
) -> list[StepsFinished]:
    """Two epochs of 5 steps at 32 px, then two at 64 px."""
    told = Pace(toy_plan(), 5, torch.device("cpu"))
    events = []
    for step, seconds in enumerate(seconds_per_step, start=1):
        clock.now_s += seconds
        loss = 1.0 if losses is None else losses[step - 1]
        event = told.stepped(step, loss, 0.1, must_emit=step % 5 == 0)
        events += [] if event is None else [event]
    return events


def test_fast_steps_are_told_at_the_end_of_an_epoch_only(clock: Clock) -> None:
    assert [event.step for event in told_steps(clock, [0.01] * 10)] == [5, 10]


def test_slow_steps_are_told_every_two_seconds(clock: Clock) -> None:
    assert [event.step for event in told_steps(clock, [1.0] * 10)] == [2, 4, 5, 7, 9, 10]


def test_the_loss_is_the_mean_since_the_event_before(clock: Clock) -> None:
    losses = [1.0, 3.0, math.nan, 5.0, math.nan]
    events = told_steps(clock, [1.0] * 5, losses)
    assert [event.loss for event in events] == [2.0, 5.0, None]


def test_the_end_is_foreseen_by_the_size_of_the_images_to_come(clock: Clock) -> None:
    events = told_steps(clock, [9.0] + [1.0] * 9)
    # 10 steps at 64 px cost four times as much as those at 32 px: 40 s; the slow first one is no measure.
    assert events[-1].seconds_left == pytest.approx(40.0)
    assert events[0].seconds_left is None


def test_no_time_is_left_after_the_last_step(clock: Clock) -> None:
    assert told_steps(clock, [1.0] * 20)[-1].seconds_left == 0.0


def test_the_memory_in_use_is_told_where_the_system_says_it(clock: Clock) -> None:
    memory_bytes = told_steps(clock, [3.0])[0].memory_bytes
    # A process with torch needs tens of megabytes and no terabyte: the unit is bytes.
    assert memory_bytes is None or 30e6 < memory_bytes < 1e12
