"""The loop: steps, epochs, measurements, checkpoints, stop. It knows nothing of images.

Every step seeds torch from (seed, step) and asks for batch (epoch, index), so a run resumed from a
checkpoint takes the very steps the uninterrupted run would have taken.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from torch import nn

from models.contract.errors import UnusableOutputError
from training.contract.events import BatchHalved, CheckpointSaved, EpochFinished, Event
from training.contract.plan import TrainingPlan
from training.contract.progress_bar import EpochBar
from training.contract.run_folder import RunFolder
from training.loop.average import AveragedNetwork
from training.loop.checkpoints import (
    BEST,
    LAST,
    CheckpointError,
    TrainerState,
    load_run,
    save_average,
    save_run,
)
from training.loop.distributed import SINGLE_PROCESS, ProcessGroup
from training.loop.eta import Pace
from training.loop.optimiser import learning_rate, make_optimiser
from training.loop.step import Stepper, TrainingFailedError
from training.loop.task import Batch, TrainingTask, entrances

_NOT_A_NUMBER = (
    "The network's answers are no longer numbers; try a smaller learning rate or train without amp."
)


class _StopRequestedError(Exception):
    """Leaves a measurement that nobody waits for any more."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    state: TrainerState
    was_stopped: bool
    ended_early: bool = False
    """Whether the score stopped rising before the plan was at its end."""


class Trainer:
    """One network on its way through the plan."""

    def __init__(
        self,
        folder: RunFolder,
        plan: TrainingPlan,
        task: TrainingTask,
        network: nn.Module,
        processes: ProcessGroup = SINGLE_PROCESS,
    ) -> None:
        self._folder, self._plan, self._task, self._processes = folder, plan, task, processes
        self.network = network
        self.average = AveragedNetwork(network, plan.ema_decay)
        self._optimiser = make_optimiser(network, plan)
        self._stepper = Stepper(plan, task, network, processes)
        self._steps_per_epoch = task.steps_per_epoch()
        self.total_steps = self._steps_per_epoch * plan.epochs
        self._pace = Pace(plan, self._steps_per_epoch, next(network.parameters()).device)
        self.state = TrainerState(plan_sha256=plan.sha256)
        self._saved_at = time.monotonic()
        if (folder.checkpoints / LAST).exists():
            self.state = load_run(folder.checkpoints / LAST, network, self.average, self._optimiser)
            if self.state.plan_sha256 not in (None, plan.sha256):
                raise CheckpointError("plan.json was changed after the run began; start a new run instead.")
            self._stepper.micro_batch_size = self.state.micro_batch_size

    def train(self, emit: Callable[[Event], None]) -> Outcome:
        """Go on from the current state to the end of the plan, or to a requested stop."""
        first_epoch = self.state.step // self._steps_per_epoch - int(self.state.is_unmeasured)
        stage_index = -1
        for epoch in range(first_epoch, self._plan.epochs):
            if self._has_lost_patience():
                return Outcome(self.state, was_stopped=False, ended_early=True)
            if stage_index != self._plan.stage_of(epoch):
                stage_index = self._plan.stage_of(epoch)
                with self._processes.main_process_first():
                    self._task.open_stage(self._plan.stages[stage_index])
            if not (self._train_epoch(epoch, emit) and self._close_epoch(epoch, emit)):
                self._save(emit)
                return Outcome(self.state, was_stopped=True)
        return Outcome(self.state, was_stopped=False)

    def _train_epoch(self, epoch: int, emit: Callable[[Event], None]) -> bool:
        """The steps of one epoch from where it stands; False if a stop was requested."""
        batches = self._task.batches(epoch)
        first = self.state.step - epoch * self._steps_per_epoch
        label = f"Epoch {epoch + 1}/{self._plan.epochs}"
        bar = EpochBar(first, self._steps_per_epoch, label)
        for index in bar:
            if self._processes.broadcast_flag(self._folder.is_stop_requested()):
                return False
            started = time.monotonic()
            loss = self._step(batches.batch(index), emit)
            self._advance(loss, time.monotonic() - started)
            bar.show_loss(self.state.epoch_loss_sum / (index + 1))
            # The last step's state is saved after the epoch was measured, not before.
            is_last = index + 1 == self._steps_per_epoch
            self._emit_pace(loss, emit, must_emit=is_last)
            is_due = time.monotonic() - self._saved_at > self._plan.checkpoint_every_s
            if is_due and not is_last:
                self._save(emit)
        return True

    def _step(self, batch: Batch, emit: Callable[[Event], None]) -> float:
        """One step of the plan; returns its loss, NaN if the batch was unusable."""
        step = self.state.step
        rate = self._rate(step)
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        loss = self._stepper.take(batch, self._optimiser, seed=self._plan.seed * 1_000_003 + step)
        if math.isfinite(loss):
            self.average.update(self.network, step)
        self._emit_halving(emit)
        return loss

    def _rate(self, step: int) -> float:
        share = self.state.patience.rate_share
        return learning_rate(self._plan, step, self.total_steps, plateau_share=share)

    def _emit_halving(self, emit: Callable[[Event], None]) -> None:
        """Emit that the memory did not suffice for as many images at once as before."""
        size = self._stepper.micro_batch_size
        if size is None or size == self.state.micro_batch_size:
            return
        self.state = self.state.model_copy(update={"micro_batch_size": size})
        images = "1 image" if size == 1 else f"{size} images"
        reason = f"The memory did not suffice; the run goes on with {images} at a time, which takes longer."
        emit(BatchHalved(micro_batch_size=size, reason=reason))

    def _emit_pace(self, loss: float, emit: Callable[[Event], None], *, must_emit: bool) -> None:
        rate = self._rate(self.state.step - 1)
        event = self._pace.stepped(self.state.step, loss, rate, must_emit=must_emit)
        if event is not None:
            emit(event)

    def _advance(self, loss: float, seconds: float) -> None:
        self.state = self.state.model_copy(
            update={
                "step": self.state.step + 1,
                "epoch_loss_sum": self.state.epoch_loss_sum + (loss if math.isfinite(loss) else 0),
                "epoch_seconds": self.state.epoch_seconds + seconds,
            }
        )

    def _close_epoch(self, epoch: int, emit: Callable[[Event], None]) -> bool:
        """Let the first process measure what the epoch achieved; False if a stop was requested meanwhile."""
        before = self.state.patience.rate_share
        is_kept = self._processes.broadcast_flag(self._processes.is_first and self._keep_epoch(epoch, emit))
        if self._plan.schedule == "plateau" and self._processes.broadcast_flag(
            self.state.patience.rate_share != before
        ):
            self._follow_rate()
        return is_kept

    def _follow_rate(self) -> None:
        """Lower the rate as the first process did, which alone has measured."""
        if not self._processes.is_first:
            lowered = self.state.patience.lowered(self._plan)
            self.state = self.state.model_copy(update={"patience": lowered})

    def _has_lost_patience(self) -> bool:
        """Whether the plan's early stopping finishes the run here; what the first process says is done."""
        if self._plan.early_stop_epochs == 0:
            return False
        return self._processes.broadcast_flag(self.state.patience.is_lost(self._plan))

    def _keep_epoch(self, epoch: int, emit: Callable[[Event], None]) -> bool:
        """Measure and keep what the epoch achieved; False if a stop was requested meanwhile."""
        metrics = self._measured()
        if metrics is None:
            self.state = self.state.model_copy(update={"is_unmeasured": True})
            return False
        is_best = self._is_best(epoch, metrics["score"])
        stage_index = self._plan.stage_of(epoch)
        stage = self._plan.stages[stage_index]
        event = EpochFinished(
            epoch=epoch,
            step=self.state.step,
            height_px=stage.height_px,
            width_px=stage.width_px,
            learning_rate=self._rate(self.state.step - 1),
            train_loss=self.state.epoch_loss_sum / self._steps_per_epoch,
            metrics=metrics,
            seconds=self.state.epoch_seconds,
            is_best=is_best,
        )
        changes: dict[str, object] = {
            "epoch_loss_sum": 0.0,
            "epoch_seconds": 0.0,
            "is_unmeasured": False,
            "patience": self.state.patience.after(metrics["score"], stage_index, self._plan),
        }
        if is_best:
            changes |= {
                "best_score": metrics["score"], "best_epoch": epoch, "best_metrics": metrics,
            }  # fmt: skip
        self.state = self.state.model_copy(update=changes)
        if is_best:
            save_average(self._folder.checkpoints / BEST, self.state, self.average)
        emit(event)
        self._save(emit)
        return True

    def _measured(self) -> dict[str, float] | None:
        """The averaged weights' measurements, None if a stop was requested before they were complete."""
        try:
            with _interrupted_by(self._folder, self.average.network):
                metrics = self._task.evaluate(self.average.network)
        except _StopRequestedError:
            return None
        except UnusableOutputError as error:
            raise TrainingFailedError(_NOT_A_NUMBER) from error
        if not math.isfinite(metrics["score"]):
            raise TrainingFailedError(_NOT_A_NUMBER)
        return metrics

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

    def _save(self, emit: Callable[[Event], None]) -> None:
        if not self._processes.is_first:
            return
        file = self._folder.checkpoints / LAST
        save_run(file, self.state, self.network, self.average, self._optimiser)
        self._saved_at = time.monotonic()
        emit(CheckpointSaved(step=self.state.step, file=file.name))


@contextmanager
def _interrupted_by(folder: RunFolder, network: nn.Module) -> Iterator[None]:
    """Look for a stop request whenever the network is asked, so that no measurement outlives one."""

    def look(*_: object) -> None:
        if folder.is_stop_requested():
            raise _StopRequestedError

    hooks = [entrance.register_forward_pre_hook(look) for entrance in entrances(network)]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
