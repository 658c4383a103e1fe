"""What a run needs before its first step: device, data, network with first weights."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

import cv2
import torch
from torch import nn

from models.contract.shelf.card import CARD_FILE, WEIGHTS_FILE, read_card
from models.nets import build
from models.nets.pretrained import in_fastest_layout
from models.nets.segmentation.click_refiner import ClickRefiner
from models.nets.weights import load_weights
from training.contract.plan import TrainingPlan
from training.loop.checkpoints import load_average
from training.loop.error_messages import PlanRefusedError
from training.loop.task import TrainingTask
from training.tasks.boundary_fine_tuning import BoundaryFineTuningTask
from training.tasks.classification import ClassificationTask
from training.tasks.classifier_setup import classifier_with_auxiliary_heads
from training.tasks.distillation import BoundaryDistillationTask, ScoreDistillationTask
from training.tasks.pretrained import fill_from_boundary_model, fill_pretrained_encoder
from training.tasks.refinement import RefinementTask
from training.tasks.run_context import RunContext
from training.tasks.score_fine_tuning import ScoreFineTuningTask
from training.tasks.segmentation import SegmentationTask

if TYPE_CHECKING:
    from models.nets.classification.mambaderm import MambaDerm


def chosen_device(wanted: str) -> torch.device:
    """The device called "cpu" or "cuda"; "auto" is CUDA where there is one."""
    if wanted == "cuda" and not torch.cuda.is_available():
        raise PlanRefusedError(
            "There is no CUDA device on this machine; the run can be carried out on the CPU."
        )
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(wanted)


def use_threads(threads: int, *, processes: int = 1) -> None:
    """Compute with so many processor cores; 0 takes all, divided among the run's ``processes`` here."""
    count = threads or max(1, (os.cpu_count() or 1) // processes)
    torch.set_num_threads(count)
    cv2.setNumThreads(1)


def planned_task(context: RunContext) -> TrainingTask:
    """The task of the run's plan on its images."""
    plan, split, cache = context.plan, context.split, context.folder.cache
    if plan.distillation is not None:
        return (BoundaryDistillationTask if plan.task == "segmentation" else ScoreDistillationTask)(context)
    if plan.task == "segmentation" and plan.fine_tuning is not None:
        return BoundaryFineTuningTask(context)
    if plan.task == "segmentation":
        return SegmentationTask(plan, split, cache)
    if plan.task == "refinement":
        return RefinementTask(plan, split, cache)
    if plan.fine_tuning is not None:
        return ScoreFineTuningTask(context)
    return ClassificationTask(plan, split, cache)


def first_network(plan: TrainingPlan, task: TrainingTask) -> nn.Module:
    """The network of the plan with its first weights: drawn, from ImageNet, or those it continues from."""
    torch.manual_seed(plan.seed)
    network = _network(plan, task)
    if plan.init == "imagenet":
        fill_pretrained_encoder(getattr(network, "core", network))
    first_weights = _first_weights(plan)
    if first_weights is not None:
        _fill(network, first_weights)
    return in_fastest_layout(network)


def _first_weights(plan: TrainingPlan) -> Path | None:
    if plan.fine_tuning is not None and plan.continue_from is None:
        return plan.fine_tuning.base / WEIGHTS_FILE
    return plan.continue_from


def _fill(network: nn.Module, weights: Path) -> None:
    """Start from a run's checkpoint, or from the weights file of a published model."""
    if isinstance(network, ClickRefiner) and _is_published_boundary(weights.parent):
        fill_from_boundary_model(network, weights.parent)
    elif (weights.parent / CARD_FILE).is_file():
        load_weights(getattr(network, "core", network), weights.parent)
    else:
        load_average(weights, network)


def _is_published_boundary(folder: Path) -> bool:
    return (folder / CARD_FILE).is_file() and read_card(folder).task == "segmentation"


def _network(plan: TrainingPlan, task: TrainingTask) -> nn.Module:
    try:
        core = build(plan.architecture, **plan.architecture_arguments)
    except (TypeError, ValueError) as error:
        raise PlanRefusedError(f"plan.json asks for a network that cannot be built: {error}") from error
    if isinstance(task, ClassificationTask):
        return classifier_with_auxiliary_heads(cast("MambaDerm", core), task.table)
    return core
