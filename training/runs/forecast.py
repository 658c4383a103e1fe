"""Measuring what a run will cost: a few real steps that leave nothing behind but decoded images."""

import math
import time

import torch
from torch import nn

from training.contract.forecast import Forecast
from training.contract.plan import TrainingPlan
from training.contract.run_folder import RunFolder
from training.loop.average import AveragedNetwork
from training.loop.memory import peak_memory_bytes
from training.loop.optimiser import make_optimiser
from training.loop.step import Stepper
from training.loop.task import TrainingTask, entrances
from training.runs.setup import chosen_device, first_network, planned_task, use_threads
from training.tasks.run_context import RunContext

_MEASURED_STEPS = 2


class _EnoughError(Exception):
    """Leaves a measurement after its first batch."""


def forecast(folder: RunFolder, *, device: str = "auto") -> Forecast:
    """Time and memory of the run in ``folder``, from two steps and one batch of its last stage.

    The step before them is not counted: kernels are compiled and memory is set aside in it.

    Raises:
        DataSetError: the data cannot be used.
        TrainingFailedError: not even one image fits into the memory.
    """
    plan = folder.plan()
    chosen = chosen_device(device)
    use_threads(plan.threads)
    task = planned_task(RunContext.of(folder, plan))
    task.open_stage(plan.stages[-1])
    network = first_network(plan, task).to(chosen)
    stepper = Stepper(plan, task, network)
    seconds_per_step = _seconds_per_step(plan, task, network, stepper, chosen)
    seconds_per_batch, batch_size = _seconds_per_measured_batch(task, network, chosen)
    measured_batches = math.ceil(task.counts[1] / batch_size)
    per_epoch = task.steps_per_epoch() * seconds_per_step + measured_batches * seconds_per_batch
    return Forecast(
        seconds_per_step=seconds_per_step,
        seconds=per_epoch * _epochs_at_last_size(plan),
        memory_bytes=peak_memory_bytes(chosen),
        device=str(chosen),
        note=_note(plan, stepper),
    )


def _seconds_per_step(
    plan: TrainingPlan, task: TrainingTask, network: nn.Module, stepper: Stepper, device: torch.device
) -> float:
    optimiser = make_optimiser(network, plan)
    average = AveragedNetwork(network, plan.ema_decay)
    batches, steps = task.batches(0), task.steps_per_epoch()
    began_at = 0.0
    for number in range(1 + _MEASURED_STEPS):
        if number == 1:
            began_at = _now(device)
        stepper.take(batches.batch(number % steps), optimiser, seed=plan.seed)
        average.update(network, number)
    return (_now(device) - began_at) / _MEASURED_STEPS


def _seconds_per_measured_batch(
    task: TrainingTask, network: nn.Module, device: torch.device
) -> tuple[float, int]:
    """Time of one batch of a measurement, and how many images it has."""
    network.eval()
    first: nn.Module | None = None
    began_at, ended_at, images = 0.0, 0.0, 1

    def begin(asked: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        nonlocal first, began_at, images
        if first is None:
            first, began_at, images = asked, _now(device), len(inputs[0])
        elif asked is first:
            # The second batch begins where the first did.
            raise _EnoughError

    def end(*_: object) -> None:
        nonlocal ended_at
        ended_at = _now(device)

    hooks = [each.register_forward_pre_hook(begin) for each in entrances(network)]
    hooks += [each.register_forward_hook(end) for each in entrances(network)]
    try:
        task.evaluate(network)
    except _EnoughError:
        pass
    finally:
        for hook in hooks:
            hook.remove()
    return ended_at - began_at, images


def _epochs_at_last_size(plan: TrainingPlan) -> float:
    """Epochs of the last stage that cost as much as all epochs; the cost of a step is its pixels."""
    last = plan.stages[-1].height_px * plan.stages[-1].width_px
    return sum(stage.epochs * stage.height_px * stage.width_px / last for stage in plan.stages)


def _note(plan: TrainingPlan, stepper: Stepper) -> str:
    size = stepper.micro_batch_size
    if size is None:
        return ""
    images = "1 image" if size == 1 else f"{size} images"
    return (
        f"The memory does not suffice for {plan.batch_size} images at once; "
        f"each step is computed in parts of {images}."
    )


def _now(device: torch.device) -> float:
    """The time when everything asked of the device is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.monotonic()
