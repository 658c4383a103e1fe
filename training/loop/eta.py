"""How fast a run goes on, and when it is time to say so again."""

import math
import time

import torch

from training.contract.events import StepsFinished
from training.contract.plan import TrainingPlan
from training.loop.memory import peak_memory_bytes

_TELL_EVERY_S = 2.0


class Pace:
    """Collects the losses between two events and foresees the end.

    A step is taken to cost as much as its image has pixels, so that a run which goes from small
    images to large ones does not promise too early an end. Measurements of an epoch are included,
    because they lie within the time that is measured; the first step is not, because it compiles.
    """

    def __init__(self, plan: TrainingPlan, steps_per_epoch: int, device: torch.device) -> None:
        self._plan, self._steps_per_epoch, self._device = plan, steps_per_epoch, device
        self._losses: list[float] = []
        self._told_at = time.monotonic()
        self._began_at: float | None = None
        self._began_work = 0.0

    def stepped(self, step: int, loss: float, rate: float, *, must_emit: bool) -> StepsFinished | None:
        """Take note of the loss (NaN if unusable) of a step; the event, if one is due."""
        now = time.monotonic()
        if self._began_at is None:
            self._began_at, self._began_work = now, self._work(step)
        if math.isfinite(loss):
            self._losses.append(loss)
        if not must_emit and now - self._told_at < _TELL_EVERY_S:
            return None
        self._told_at = now
        losses, self._losses = self._losses, []
        return StepsFinished(
            step=step,
            loss=sum(losses) / len(losses) if losses else None,
            learning_rate=rate,
            seconds_left=self._seconds_left(step, now - self._began_at),
            memory_bytes=peak_memory_bytes(self._device),
        )

    def _seconds_left(self, step: int, seconds: float) -> float | None:
        done = self._work(step) - self._began_work
        if done <= 0:
            return None
        left = self._work(self._plan.epochs * self._steps_per_epoch) - self._work(step)
        return seconds * left / done

    def _work(self, step: int) -> float:
        """Pixels that an image has gone through in the first ``step`` steps of the plan."""
        work = 0.0
        for stage in self._plan.stages:
            steps = min(step, stage.epochs * self._steps_per_epoch)
            work += steps * stage.height_px * stage.width_px
            step -= steps
        return work
