"""One training run from its plan to its published model: the story, told from top to bottom."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

import cv2
import torch
from torch import nn

from models.contract.card import CARD_FILE
from models.contract.exam import OVERALL, write_exam
from models.contract.gate import verdict
from models.nets import build
from models.nets.weights import WEIGHTS_FILE, load_weights
from training.contract.events import (
    Event,
    ExamSat,
    ModelPublished,
    RunFailed,
    RunFinished,
    RunStarted,
    RunStopped,
)
from training.contract.fine_tuning import FineTuning
from training.contract.plan import TrainingPlan
from training.contract.run_folder import RunFolder
from training.contract.snapshot import SNAPSHOT_FILE, read_snapshot
from training.engine.boundary_fine_tuning import BoundaryFineTuningTask
from training.engine.checkpoints import load_average
from training.engine.classification import ClassificationTask
from training.engine.classifier_setup import taught_classifier
from training.engine.exam import sit_exam
from training.engine.loop import Trainer
from training.engine.planned_split import planned_split
from training.engine.publish import publish
from training.engine.reasons import PlanRefusedError, plain_reason
from training.engine.score_fine_tuning import ScoreFineTuningTask
from training.engine.segmentation import SegmentationTask
from training.engine.task import TrainingTask

if TYPE_CHECKING:
    from models.nets.classification.mambaderm import MambaDerm


def run(folder: RunFolder, *, device: str = "auto", started_at: float | None = None) -> Event:
    """Carry out the plan in ``folder``, or go on with it; returns the one terminal event.

    Args:
        folder: a run folder with a plan.
        device: "cpu", "cuda", or "auto" for CUDA where there is one.
        started_at: when the process was started, in seconds since 1970; an older stop request is forgotten.

    Raises:
        RunFolderError: there is no usable plan; nothing was started.
    """
    plan = folder.plan()
    folder.withdraw_stop(before=started_at)
    try:
        folder.keep_space_for_ending()
        ending = _carried_out(folder, plan, _device(device))
    except BaseException as error:
        reason = plain_reason(error)
        unforeseen = f"The run was broken off by {type(error).__name__}: {error}"
        ending = RunFailed(reason=reason or unforeseen)
        folder.append_ending(ending)
        if reason is None:
            raise
        return ending
    folder.append_ending(ending)
    return ending


def _carried_out(folder: RunFolder, plan: TrainingPlan, device: torch.device) -> Event:
    """Train, publish, and let a fine-tuned model sit its exam."""
    _use_threads(plan.threads)
    if (plan.data_dir / SNAPSHOT_FILE).is_file():
        read_snapshot(plan.data_dir)
    task = _task(folder, plan)
    trainer = Trainer(folder, plan, task, _first_network(plan, task).to(device))
    folder.append(_started(plan, task, trainer, device))
    outcome = trainer.train(folder.append)
    if outcome.was_stopped:
        return RunStopped(step=outcome.state.step)
    model = publish(folder, folder.path / "published")
    folder.append(ModelPublished(name=plan.model_name, version=plan.model_version, folder=str(model)))
    if plan.fine_tuning is not None:
        folder.append(_examined(folder, plan, plan.fine_tuning, model))
    state = outcome.state
    return RunFinished(step=state.step, best_epoch=state.best_epoch, metrics=state.best_metrics)


def _first_network(plan: TrainingPlan, task: TrainingTask) -> nn.Module:
    """The network of the plan with its first weights: drawn, or those it continues from."""
    torch.manual_seed(plan.seed)
    network = _network(plan, task)
    first_weights = _first_weights(plan)
    if first_weights is not None:
        _fill(network, first_weights)
    return network


def _examined(folder: RunFolder, plan: TrainingPlan, fine_tuning: FineTuning, model: Path) -> ExamSat:
    """The exam of the candidate beside the model it was trained from, kept in both places."""
    exam = sit_exam(model, fine_tuning.base, plan.data_dir, reference=fine_tuning.rehearsal)
    write_exam(exam, folder.path)
    write_exam(exam, model)
    gate = verdict(exam)
    figures = [part for part in exam.parts if part.group == OVERALL]
    headline = {part.metric: part.candidate for part in figures if part.candidate is not None}
    headline |= {f"{part.metric}_active": part.active for part in figures if part.active is not None}
    return ExamSat(passed=gate.passed, reasons=gate.reasons, headline=headline)


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
    if plan.fine_tuning is not None:
        return ScoreFineTuningTask(plan, split, folder.cache)
    return ClassificationTask(plan, split, folder.cache)


def _network(plan: TrainingPlan, task: TrainingTask) -> nn.Module:
    try:
        core = build(plan.architecture, **plan.architecture_arguments)
    except (TypeError, ValueError) as error:
        raise PlanRefusedError(f"plan.json asks for a network that cannot be built: {error}") from error
    if isinstance(task, ClassificationTask):
        return taught_classifier(cast("MambaDerm", core), task.table)
    return core


def _started(plan: TrainingPlan, task: TrainingTask, trainer: Trainer, device: torch.device) -> RunStarted:
    train_images, validation_images = task.counts
    core = getattr(trainer.network, "core", trainer.network)
    return RunStarted(
        task=plan.task,
        architecture=plan.architecture,
        parameters=sum(parameter.numel() for parameter in core.parameters()),
        device=str(device),
        train_images=train_images,
        validation_images=validation_images,
        epochs=plan.epochs,
        total_steps=trainer.total_steps,
        first_step=trainer.state.step,
    )


def _device(wanted: str) -> torch.device:
    if wanted == "cuda" and not torch.cuda.is_available():
        raise PlanRefusedError(
            "There is no CUDA device on this machine; the run can be carried out on the CPU."
        )
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(wanted)


def _use_threads(threads: int) -> None:
    count = threads or os.cpu_count() or 1
    torch.set_num_threads(count)
    cv2.setNumThreads(1)
