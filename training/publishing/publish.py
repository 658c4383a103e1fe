"""From a checkpoint to a model folder: half precision weights, graph with parity, calibrated card.

Everything chosen here (threshold, temperature, triage bands) is chosen on validation images.
"""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from pydantic import JsonValue
from torch import Tensor, nn

from models.contract.files.atomic_files import sha256_of
from models.contract.imaging.clicks import draw_click
from models.contract.imaging.preprocess import resized
from models.contract.imaging.suitability import SuitabilityLimits
from models.contract.shelf.card import (
    GRAPH_FILE,
    LABELS_BY_TASK,
    WEIGHTS_FILE,
    DataSummary,
    Diagnosis,
    InputSpec,
    ModelCard,
    StructureMap,
    read_card,
    write_card,
)
from models.contract.uncertainty.typicality import ReferenceStatistics
from models.export import export_graph
from models.nets import build
from models.nets.classification.score_network import ScoreNetwork
from models.nets.overlays import overlays_of
from models.nets.segmentation.click_refiner import ClickRefiner
from models.nets.segmentation.dermomamba_efficient import DermoMambaEfficient
from models.nets.weights import round_to_half, save_weights
from training.contract.data_set import Sample
from training.contract.diagnoses import planned_diagnoses
from training.contract.plan import TrainingPlan
from training.evaluation.structure_metrics import structure_maps_of
from training.inputs.decode import read_image
from training.loop.checkpoints import BEST, load_average
from training.publishing.card_words import (
    CLINIC_LICENCE,
    CLINIC_SOURCE,
    INTENDED_USE,
    LICENCE,
    diagnoses_limit,
    diagnosis_names_of,
    distillation_limit,
    fine_tuning_limit,
    licences_of,
    limits_of,
    model_licence,
    non_commercial_limit,
    sources_of,
    split_in_words,
    teacher_as_source,
)
from training.publishing.operating_point import (
    Choices,
    JudgedLesions,
    centred,
    classifier_choices,
    refiner_choices,
    segmenter_choices,
    with_choices_of,
)
from training.publishing.reference_statistics import reference_statistics
from training.publishing.suitability_fit import chosen_limits, fit_suitability
from training.tasks.auxiliary_heads import ClassifierWithAuxiliaryHeads
from training.tasks.classification import Views
from training.tasks.classifier_setup import disable_unseen_inputs
from training.tasks.fine_tuning import mix_with_base
from training.tasks.graph_form import boundary_graph, refiner_graph, score_graph
from training.tasks.loaded_model import PublishedModel
from training.tasks.run_context import RunContext
from training.tasks.segmentation import as_network_input

if TYPE_CHECKING:
    from models.nets.segmentation.outliner import Outliner


@dataclass(frozen=True)
class Notes:
    """What a person adds to a card: how the run really went, what the data's licence leaves unsaid."""

    recipe: str = ""
    data: str = ""


def publish(
    context: RunContext,
    root: Path,
    *,
    checkpoint: str = BEST,
    notes: Notes | None = None,
    segmenter: Path | None = None,
) -> Path:
    """Write ``root/<name>/<version>`` from a run's checkpoint and return it.

    The thresholds of a score model are chosen with the masks of the model in ``segmenter``, if one is named.
    """
    plan, validation = context.plan, context.split.validation
    network = _trained_network(plan, context.folder.checkpoints / checkpoint)
    if plan.fine_tuning is not None:
        mix_with_base(network, plan.fine_tuning.base, plan.fine_tuning.base_share)
    network = _with_suitability(network, context)
    judged = _judged(network, validation, plan, segmenter)
    if judged is not None and plan.fine_tuning is None:
        centred(cast("ScoreNetwork", network), judged)
    round_to_half(network)
    target = root / plan.model_name / plan.model_version
    target.mkdir(parents=True, exist_ok=True)
    save_weights(network, target)
    choices = _choices(network, judged, plan, validation)
    if plan.fine_tuning is not None:
        choices = with_choices_of(context.base.card, choices)
    parity = _export(network, plan, validation, choices, target)
    write_card(_card(context, network, choices, parity, target, notes or Notes()), target)
    read_card(target)
    return target


def _choices(
    network: nn.Module, judged: JudgedLesions | None, plan: TrainingPlan, validation: tuple[Sample, ...]
) -> Choices:
    if judged is not None:
        return classifier_choices(network, judged, plan)
    if plan.task == "refinement":
        return refiner_choices(network, validation, plan.stages[-1])
    return segmenter_choices(network, validation, plan.stages[-1])


def _judged(
    network: nn.Module, validation: tuple[Sample, ...], plan: TrainingPlan, segmenter: Path | None
) -> JudgedLesions | None:
    """What a score is calibrated on; None for any other model."""
    if not isinstance(network, ScoreNetwork):
        return None
    return JudgedLesions.of(validation, plan, None if segmenter is None else PublishedModel.read(segmenter))


def _trained_network(plan: TrainingPlan, checkpoint: Path) -> nn.Module:
    network = build(plan.architecture, **plan.architecture_arguments)
    if plan.task == "classification":
        taught = ClassifierWithAuxiliaryHeads(cast("ScoreNetwork", network))
        load_average(checkpoint, taught)
        disable_unseen_inputs(taught.core)
    else:
        load_average(checkpoint, network)
    return network.eval()


def _with_suitability(network: nn.Module, context: RunContext) -> nn.Module:
    """Fit what the network says of whole frames; a fine-tuned one keeps what its base learned of them."""
    if isinstance(network, DermoMambaEfficient) and context.plan.fine_tuning is None:
        fit_suitability(network, context.split.train, context.plan.stages[-1])
    return network


def _suitability(network: nn.Module, context: RunContext) -> SuitabilityLimits | None:
    if not isinstance(network, DermoMambaEfficient):
        return None
    if context.plan.fine_tuning is not None:
        return context.base.card.suitability
    return chosen_limits(network, context.split.validation, context.plan.stages[-1])


def _structure_maps(network: nn.Module, context: RunContext) -> tuple[StructureMap, ...]:
    """Measured where they were taught; a fine-tuned network keeps its base's, which it hardly moved."""
    if not isinstance(network, DermoMambaEfficient):
        return ()
    plan = context.plan
    if plan.fine_tuning is not None:
        return context.base.card.structure_maps
    if plan.structure_maps_weight == 0:
        return ()
    return structure_maps_of(network, context.split.validation, plan.stages[-1])


def _export(
    network: nn.Module,
    plan: TrainingPlan,
    validation: tuple[Sample, ...],
    choices: Choices,
    target: Path,
) -> float:
    if isinstance(network, ScoreNetwork):
        views = cast("Views", choices.views)
        last = len(views.images) - 1
        examples = [_view_batch(views, 0, 2), _view_batch(views, last, last + 1)]
        return export_graph(*score_graph(network), examples, target)
    stage = plan.stages[-1]
    # A clinic may have fewer than three images to choose by.
    images = _frames((validation * 3)[:3], stage.height_px, stage.width_px)
    frames = {"images": images}
    if isinstance(network, ClickRefiner):
        form, signature = refiner_graph(network)
        frames["guidance"] = _example_guidance(images)
    else:
        form, signature = boundary_graph(cast("Outliner", network))
    examples = [{name: each[part] for name, each in frames.items()} for part in (slice(2), slice(2, None))]
    return export_graph(form, signature, examples, target)


def _example_guidance(images: Tensor) -> Tensor:
    """A mask in the middle of each image, and a click of either kind beside it."""
    guidance = np.zeros(images.shape, np.float32)
    height_px, width_px = images.shape[2:]
    guidance[:, 0, height_px // 4 : -height_px // 4, width_px // 4 : -width_px // 4] = 1.0
    for planes in guidance:
        draw_click(planes[1:], (width_px / 8, height_px / 2), is_lesion=True)
        draw_click(planes[1:], (width_px / 3, height_px / 3), is_lesion=False)
    return torch.from_numpy(guidance)


def _view_batch(views: Views, start: int, stop: int) -> dict[str, Tensor]:
    return {
        "images": torch.from_numpy(views.images[start:stop]),
        "numeric": torch.from_numpy(views.numeric[start:stop]),
        "categorical": torch.from_numpy(views.categorical[start:stop]),
    }


def _frames(samples: tuple[Sample, ...], height_px: int, width_px: int) -> Tensor:
    images = [resized(read_image(sample), height_px=height_px, width_px=width_px) for sample in samples]
    return as_network_input(np.stack(images).astype(np.uint8))


def _card(
    context: RunContext,
    network: nn.Module,
    choices: Choices,
    parity: float,
    target: Path,
    notes: Notes,
) -> ModelCard:
    plan = context.plan
    return ModelCard(
        name=plan.model_name,
        version=plan.model_version,
        task=plan.task,
        architecture=plan.architecture,
        architecture_arguments=_plain(plan.architecture_arguments),
        labels=LABELS_BY_TASK[plan.task],
        diagnoses=_diagnoses(context),
        input=_input_spec(plan, network),
        overlays=overlays_of(network),
        threshold=choices.threshold,
        temperature=choices.temperature,
        triage_thresholds=choices.triage_thresholds,
        triage_aims=choices.triage_aims,
        triage_figures=choices.triage_figures,
        weights_file=WEIGHTS_FILE,
        weights_sha256=sha256_of(target / WEIGHTS_FILE),
        graph_file=GRAPH_FILE,
        graph_sha256=sha256_of(target / GRAPH_FILE),
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        parity_max_abs_difference=parity,
        data=_data_summary(context, notes.data),
        split=split_in_words(plan),
        recipe=_recipe(plan, notes.recipe),
        seed=plan.seed,
        trained_on=_machine_in_words(),
        metrics=choices.metrics,
        conformal=choices.conformal,
        diagnosis_conformal=choices.diagnosis_conformal,
        calibration=choices.calibration,
        limits=_limits(context, network),
        known_diagnoses=_known_diagnoses(context),
        licence=_licence(context),
        intended_use=INTENDED_USE,
        created_at=datetime.now(UTC),
        structure_maps=_structure_maps(network, context),
        suitability=_suitability(network, context),
        parent=None if plan.fine_tuning is None else context.base.card.reference,
        reference_statistics=_reference_statistics(context),
    )


def _diagnoses(context: RunContext) -> tuple[Diagnosis, ...]:
    """Those of the plan; a fine-tuned model tells the same apart as its base."""
    if context.plan.fine_tuning is not None:
        return context.base.card.diagnoses
    return planned_diagnoses(context.plan)


def _input_spec(plan: TrainingPlan, network: nn.Module) -> InputSpec:
    stage = plan.stages[-1]
    if not isinstance(network, ScoreNetwork):
        return InputSpec.for_segmentation(height_px=stage.height_px, width_px=stage.width_px)
    return InputSpec.for_classification(
        size_px=stage.width_px, crop_margin=plan.crop_margin, reads_table=network.reads_table
    )


def _reference_statistics(context: RunContext) -> ReferenceStatistics | None:
    """What a segmenter's training images are like; a fine-tuned one keeps what its base was taught."""
    if context.plan.task != "segmentation":
        return None
    if context.plan.fine_tuning is not None:
        known = context.base.card.reference_statistics
        if known is not None:
            return known
    return reference_statistics(context.split.train)


def _data_summary(context: RunContext, note: str) -> DataSummary:
    samples = context.data.samples
    is_own = context.plan.fine_tuning is not None
    teacher = _teacher_card(context)
    taught = () if teacher is None else (teacher_as_source(teacher),)
    splits = sorted({sample.split for sample in samples})
    return DataSummary(
        sources=(CLINIC_SOURCE,) if is_own else (*sources_of(samples), *taught),
        licence=CLINIC_LICENCE if is_own else licences_of(samples, note, teacher),
        images_by_split={name: sum(s.split == name for s in samples) for name in splits},
        malignant_by_split={
            name: sum(s.split == name and bool(s.malignant) for s in samples) for name in splits
        },
        manifest_sha256=context.data.manifest_sha256,
    )


def _limits(context: RunContext, network: nn.Module) -> tuple[str, ...]:
    plan, samples, teacher = context.plan, context.data.samples, _teacher_card(context)
    if plan.fine_tuning is None:
        reads_table = not isinstance(network, ScoreNetwork) or network.reads_table
        limits = limits_of(plan.task, samples, reads_table=reads_table)
        if teacher is not None:
            limits = (*limits, distillation_limit(teacher))
        if model_licence(samples, teacher) != LICENCE:
            limits = (non_commercial_limit(samples, teacher), *limits)
        return (*limits, diagnoses_limit(plan.diagnoses)) if plan.diagnoses else limits
    return (*context.base.card.limits, fine_tuning_limit(samples))


def _known_diagnoses(context: RunContext) -> tuple[str, ...]:
    """Those of the data; a fine-tuned model keeps what its base knows."""
    if context.plan.fine_tuning is not None:
        return context.base.card.known_diagnoses
    return diagnosis_names_of(context.data.samples)


def _licence(context: RunContext) -> str:
    """That of data and teacher; a fine-tuned model keeps what binds its base."""
    if context.plan.fine_tuning is not None:
        return context.base.card.licence
    return model_licence(context.data.samples, _teacher_card(context))


def _teacher_card(context: RunContext) -> ModelCard | None:
    return None if context.plan.distillation is None else context.teacher.card


def _recipe(plan: TrainingPlan, note: str) -> dict[str, JsonValue]:
    # Paths say where somebody's files lie, so they stay off the card.
    unsaid = dict.fromkeys(("data_dir", "model_name", "model_version", "continue_from"), True)
    paths = {"fine_tuning": {"base", "rehearsal"}, "distillation": {"teacher"}}
    whole = plan.model_dump(mode="json", exclude={**unsaid, **paths})
    whole["continues_an_earlier_run"] = plan.continue_from is not None
    return {**whole, "note": note} if note else whole


def _plain(arguments: Mapping[str, object]) -> dict[str, JsonValue]:
    return {
        name: list(value) if isinstance(value, tuple) else cast("JsonValue", value)
        for name, value in arguments.items()
    }


def _machine_in_words() -> str:
    if torch.cuda.is_available():
        return f"one {torch.cuda.get_device_name()} GPU"
    return f"{os.cpu_count()} {platform.machine()} processor cores, no GPU"
