"""The loop: steps, epochs, measurements, checkpoints, stop. It knows nothing of images.

Every step seeds torch from (seed, step) and asks for batch (epoch, index), so a run resumed from a
checkpoint takes the very steps the uninterrupted run would have taken.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from training.contract.events import CheckpointSaved, EpochFinished, Event
from training.contract.plan import TrainingPlan
from training.contract.run_folder import RunFolder
from training.engine.average import AveragedNetwork
from training.engine.checkpoints import BEST, LAST, RunState, load_run, save_average, save_run
from training.engine.normalisation import hold_statistics
from training.engine.optimiser import learning_rate, make_optimiser
from training.engine.progress import step_bar
from training.engine.task import Batch, TrainingTask

_MOST_BAD_STEPS = 20
"""Steps in a row whose gradient is not finite before the run gives up."""


class TrainingFailedError(Exception):
    """The run cannot go on; the message is the sentence to show."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    state: RunState
    was_stopped: bool


class Trainer:
    """One network on its way through the plan."""

    def __init__(self, folder: RunFolder, plan: TrainingPlan, task: TrainingTask, network: nn.Module) -> None:
        self._folder, self._plan, self._task = folder, plan, task
        self._device = next(network.parameters()).device
        self._network = network
        self.average = AveragedNetwork(network, plan.ema_decay)
        self._optimiser = make_optimiser(network, plan)
        self._steps_per_epoch = task.steps_per_epoch()
        self.total_steps = self._steps_per_epoch * plan.epochs
        self.state = RunState()
        self._saved_at = time.monotonic()
        self._bad_steps = 0
        if (folder.checkpoints / LAST).exists():
            self.state = load_run(folder.checkpoints / LAST, network, self.average, self._optimiser)

    def train(self, tell: Callable[[Event], None]) -> Outcome:
        """Go on from the current state to the end of the plan, or to a requested stop."""
        first_epoch = self.state.step // self._steps_per_epoch
        stage_index = -1
        for epoch in range(first_epoch, self._plan.epochs):
            if stage_index != self._plan.stage_of(epoch):
                stage_index = self._plan.stage_of(epoch)
                self._task.open_stage(self._plan.stages[stage_index])
            if not self._train_epoch(epoch, tell):
                self._save(tell)
                return Outcome(self.state, was_stopped=True)
            self._close_epoch(epoch, tell)
        return Outcome(self.state, was_stopped=False)

    def _train_epoch(self, epoch: int, tell: Callable[[Event], None]) -> bool:
        """The steps of one epoch from where it stands; False if a stop was requested."""
        batches = self._task.batches(epoch)
        first = self.state.step - epoch * self._steps_per_epoch
        label = f"Epoch {epoch + 1}/{self._plan.epochs}"
        bar = step_bar(first, self._steps_per_epoch, label)
        for index in bar:
            if self._folder.is_stop_requested():
                return False
            started = time.monotonic()
            loss = self._step(batches.batch(index))
            self._advance(loss, time.monotonic() - started)
            bar.set_postfix(loss=f"{self.state.epoch_loss_sum / (index + 1):.4f}", refresh=False)
            # The last step's state is saved after the epoch was measured, not before.
            is_last = index + 1 == self._steps_per_epoch
            is_due = time.monotonic() - self._saved_at > self._plan.checkpoint_every_s
            if is_due and not is_last:
                self._save(tell)
        return True

    def _step(self, batch: Batch) -> float:
        torch.manual_seed(self._plan.seed * 1_000_003 + self.state.step)
        self._enter_training()
        rate = learning_rate(self._plan, self.state.step, self.total_steps)
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        batch = {name: tensor.to(self._device) for name, tensor in batch.items()}
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._plan.amp):
            loss = self._task.loss(self._network, batch)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self._network.parameters(), self._plan.gradient_clip)
        if self._is_usable(float(loss.detach()), float(norm)):
            self._optimiser.step()
        self.average.update(self._network, self.state.step)
        return float(loss.detach())

    def _enter_training(self) -> None:
        self._network.train()
        fine_tuning = self._plan.fine_tuning
        if fine_tuning is not None and fine_tuning.frozen_normalisation:
            hold_statistics(self._network)

    def _is_usable(self, loss: float, gradient_norm: float) -> bool:
        if math.isfinite(loss) and math.isfinite(gradient_norm):
            self._bad_steps = 0
            return True
        self._bad_steps += 1
        if self._bad_steps >= _MOST_BAD_STEPS:
            raise TrainingFailedError(
                "The loss is no longer a number; try a smaller learning rate or train without amp."
            )
        return False

    def _advance(self, loss: float, seconds: float) -> None:
        self.state = self.state.model_copy(
            update={
                "step": self.state.step + 1,
                "epoch_loss_sum": self.state.epoch_loss_sum + (loss if math.isfinite(loss) else 0),
                "epoch_seconds": self.state.epoch_seconds + seconds,
            }
        )

    def _close_epoch(self, epoch: int, tell: Callable[[Event], None]) -> None:
        metrics = self._task.evaluate(self.average.network)
        is_best = self._is_best(epoch, metrics["score"])
        stage = self._plan.stages[self._plan.stage_of(epoch)]
        event = EpochFinished(
            epoch=epoch,
            step=self.state.step,
            height_px=stage.height_px,
            width_px=stage.width_px,
            learning_rate=learning_rate(self._plan, self.state.step - 1, self.total_steps),
            train_loss=self.state.epoch_loss_sum / self._steps_per_epoch,
            metrics=metrics,
            seconds=self.state.epoch_seconds,
            is_best=is_best,
        )
        changes: dict[str, object] = {"epoch_loss_sum": 0.0, "epoch_seconds": 0.0}
        if is_best:
            changes |= {
                "best_score": metrics["score"], "best_epoch": epoch, "best_metrics": metrics,
            }  # fmt: skip
        self.state = self.state.model_copy(update=changes)
        if is_best:
            save_average(self._folder.checkpoints / BEST, self.state, self.average)
        tell(event)
        self._save(tell)

    def _is_best(self, epoch: int, score: float) -> bool:
        """Say whether no earlier epoch of the same stage was better.

        A model is used at the size of the last stage, so scores at other sizes do not compete with it.
        When fine-tuning, the last epoch is the best by definition: a handful of validation images is
        no ground for a choice, and the exam judges the outcome.
        """
        if self._plan.fine_tuning is not None:
            return True
        best = self.state.best_score
        if best is None or self._plan.stage_of(self.state.best_epoch) != self._plan.stage_of(epoch):
            return True
        return score >= best

    def _save(self, tell: Callable[[Event], None]) -> None:
        file = self._folder.checkpoints / LAST
        save_run(file, self.state, self._network, self.average, self._optimiser)
        self._saved_at = time.monotonic()
        tell(CheckpointSaved(step=self.state.step, file=file.name))
