"""One training run from its plan to its published model: the story, told from top to bottom."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

import cv2
import torch
from torch import nn

from models.contract.card import CARD_FILE
from models.contract.errors import ModelRefusedError
from models.export import ParityError
from models.nets import build
from models.nets.weights import WEIGHTS_FILE, load_weights
from training.contract.data_set import DataSetError
from training.contract.events import (
    Event,
    ModelPublished,
    RunFailed,
    RunFinished,
    RunStarted,
    RunStopped,
)
from training.contract.plan import TrainingPlan
from training.contract.run_folder import RunFolder
from training.engine.boundary_fine_tuning import BoundaryFineTuningTask
from training.engine.checkpoints import CheckpointError, load_average
from training.engine.classification import ClassificationTask
from training.engine.classifier_setup import taught_classifier
from training.engine.loop import Trainer
from training.engine.planned_split import planned_split
from training.engine.publish import publish
from training.engine.segmentation import SegmentationTask
from training.engine.step import TrainingFailedError
from training.engine.task import TrainingTask

if TYPE_CHECKING:
    from models.nets.classification.mambaderm import MambaDerm

_EXPECTED_ERRORS = (DataSetError, CheckpointError, TrainingFailedError, ParityError, ModelRefusedError)


def run(folder: RunFolder) -> Event:
    """Carry out the plan in ``folder``, or go on with it; returns the one terminal event."""
    plan = folder.plan()
    folder.withdraw_stop()
    try:
        ending = _trained(folder, plan)
    except _EXPECTED_ERRORS as error:
        ending = RunFailed(reason=str(error))
    except BaseException as error:
        folder.append(RunFailed(reason=f"The run was broken off by {type(error).__name__}: {error}"))
        raise
    folder.append(ending)
    return ending


def _trained(folder: RunFolder, plan: TrainingPlan) -> Event:
    _use_threads(plan.threads)
    task = _task(folder, plan)
    torch.manual_seed(plan.seed)
    network = _network(plan, task).to(_device())
    first_weights = _first_weights(plan)
    if first_weights is not None:
        _fill(network, first_weights)
    trainer = Trainer(folder, plan, task, network)
    folder.append(_started(plan, task, network, trainer))
    outcome = trainer.train(folder.append)
    if outcome.was_stopped:
        return RunStopped(step=outcome.state.step)
    model = publish(folder, folder.path / "published")
    folder.append(ModelPublished(name=plan.model_name, version=plan.model_version, folder=str(model)))
    state = outcome.state
    return RunFinished(step=state.step, best_epoch=state.best_epoch, metrics=state.best_metrics)


def _first_weights(plan: TrainingPlan) -> Path | None:
    if plan.fine_tuning is not None and plan.continue_from is None:
        return plan.fine_tuning.base / WEIGHTS_FILE
    return plan.continue_from


def _fill(network: nn.Module, weights: Path) -> None:
    """Start from a run's checkpoint, or from the weights file of a published model."""
    if (weights.parent / CARD_FILE).is_file():
        load_weights(getattr(network, "core", network), weights.parent)
    else:
        load_average(weights, network)


def _task(folder: RunFolder, plan: TrainingPlan) -> TrainingTask:
    split = planned_split(plan)
    if plan.task == "segmentation" and plan.fine_tuning is not None:
        return BoundaryFineTuningTask(plan, split, folder.cache)
    if plan.task == "segmentation":
        return SegmentationTask(plan, split, folder.cache)
    return ClassificationTask(plan, split, folder.cache)


def _network(plan: TrainingPlan, task: TrainingTask) -> nn.Module:
    core = build(plan.architecture, **plan.architecture_arguments)
    if isinstance(task, ClassificationTask):
        return taught_classifier(cast("MambaDerm", core), task.table)
    return core


def _started(plan: TrainingPlan, task: TrainingTask, network: nn.Module, trainer: Trainer) -> RunStarted:
    train_images, validation_images = task.counts
    return RunStarted(
        task=plan.task,
        architecture=plan.architecture,
        parameters=sum(p.numel() for p in getattr(network, "core", network).parameters()),
        device=str(_device()),
        train_images=train_images,
        validation_images=validation_images,
        epochs=plan.epochs,
        total_steps=trainer.total_steps,
        first_step=trainer.state.step,
    )


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _use_threads(threads: int) -> None:
    count = threads or os.cpu_count() or 1
    torch.set_num_threads(count)
    cv2.setNumThreads(1)
