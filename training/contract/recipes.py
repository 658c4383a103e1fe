"""From a few options to a whole plan: the recipes that the command line and the window start."""

from collections.abc import Callable
from pathlib import Path

from pydantic import TypeAdapter

from models.contract.shelf.card import WEIGHTS_FILE, ModelCard, ModelTask, Task, read_card
from resources import path as shipped
from training.contract.data_set import TRAIN_SPLITS, DataSetError, Sample, read_manifest, split_samples
from training.contract.diagnoses import diagnoses_of
from training.contract.distillation import Distillation
from training.contract.fine_tuning import FineTuning
from training.contract.plan import (
    DIAGNOSES_LOSS,
    LOSSES_OF_BORDERS,
    NO_AUGMENTATION,
    ArgumentValue,
    Augmentation,
    AuxiliaryTargets,
    Mixing,
    Stage,
    Start,
    TrainingPlan,
)
from training.contract.run_options import AugmentationChoice, RunOptions

_SEGMENTER_SIZE_PX = (192, 256)
_CLASSIFIER_SIZE_PX = (224, 224)
_SMALL_STAGE_SHARE = 0.75
"""Share of the epochs spent at half size, where an epoch costs a quarter."""

_STRONG_SHARES = {
    "elastic_share": 0.15,
    "grid_share": 0.15,
    "hair_share": 0.3,
    "vignette_share": 0.2,
    "colour_constancy_share": 0.3,
    "local_contrast_share": 0.25,
    "downscale_share": 0.2,
    "noise_share": 0.25,
    "cutout_share": 0.5,
}
"""How often the MambaDerm repository varies its images in these ways."""

_DIAGNOSES_SMOOTHING = 0.1
"""Of the cross-entropy over diagnoses, as the MambaDerm repository has it for HAM10000."""

_REFINER = "click_refiner"
_SMALLEST: dict[ModelTask, str] = {
    "segmentation": "dermomamba_tiny",
    "classification": "mambaderm_tiny",
    "refinement": "click_refiner_tiny",
}

_FINE_TUNING_BATCH: dict[Task, int] = {"segmentation": 8, "classification": 16}
_FINE_TUNING_POSITIVES: dict[Task, int] = {"segmentation": 0, "classification": 4}
_FINE_TUNING_RATE: dict[Task, float] = {"segmentation": 5e-4, "classification": 5e-5}
"""A third and a tenth of the rates that the networks were trained with at first."""
_FINE_TUNING_EMA_DECAY = 0.9
"""A run of some fifty steps is over before a slower average has left its first weights."""

_STRUCTURE_MAPS_WEIGHT = 0.3
"""Of the loss of the maps beside that of the boundary: maps are learned, and the boundary loses nothing."""


def plan_for(options: RunOptions) -> TrainingPlan:
    """The plan of a run.

    Raises:
        pydantic.ValidationError: options do not go together.
        DataSetError: diagnoses are to be told apart, and the data do not say which there are.
    """
    if options.quick_test:
        options = _shrunk(options)
    if options.size_px is not None:
        options = options.model_copy(update={"height_px": options.size_px, "width_px": options.size_px})
    if options.evidential:
        options = _with_evidence(options)
    options, start = _started(options)
    plan = _taught(options, _RECIPES[options.task](options))
    # Validated anew, because the choices may contradict each other.
    choices = {
        **_variants(options, plan),
        "init": start,
        **(_diagnoses(options, plan) if options.diagnoses else {}),
    }
    return TrainingPlan.model_validate({**dict(plan), **choices})


def _started(options: RunOptions) -> tuple[RunOptions, Start]:
    """The options with the file of first weights that ``init`` stands for, and the plan's own start."""
    if options.init == "none":
        return options, "none"
    if options.init == "imagenet" or (options.init is None and options.continue_from is None):
        is_wanted = options.init is not None or _is_pretrained(options)
        return options, "imagenet" if is_wanted else "none"
    if options.init is None:
        return options, "none"
    if options.continue_from is not None:
        raise DataSetError("A run starts from one model's weights: name it by --init or by --continue-from.")
    folder = _model_folder(options.init)
    if folder is None:
        raise DataSetError(
            f"There is no model {options.init} to start from; name imagenet, none, a model's folder, or a "
            "shipped model as name/version."
        )
    return options.model_copy(update={"continue_from": folder / WEIGHTS_FILE}), "none"


def _model_folder(name: str) -> Path | None:
    """The model in a folder, or the shipped one of a name and version; None where there is none."""
    folders = (Path(name), shipped("models", *name.split("/")))
    return next((each for each in folders if (each / WEIGHTS_FILE).is_file()), None)


def _taught(options: RunOptions, plan: TrainingPlan) -> TrainingPlan:
    """The plan with the teacher that a person has chosen, if any."""
    if options.teacher is None:
        return plan
    folder = _model_folder(options.teacher)
    if folder is None:
        raise DataSetError(
            f"There is no model {options.teacher} to learn from; name a model's folder, or a shipped "
            "model as name/version."
        )
    distillation = Distillation.by(
        folder, plan.task, weight=options.teacher_weight, temperature=options.teacher_temperature
    )
    changes: dict[str, object] = {"distillation": distillation}
    if plan.loss in LOSSES_OF_BORDERS and options.loss is None:
        changes["loss"] = "bce_dice"
    margin = read_card(folder).input.crop_margin
    if margin is not None:
        changes["crop_margin"] = margin
    return plan.model_copy(update=changes)


def _is_pretrained(options: RunOptions) -> bool:
    architecture = options.architecture or (_REFINER if options.task == "refinement" else "")
    return architecture == _REFINER or architecture.endswith("_efficient")


def _variants(options: RunOptions, plan: TrainingPlan) -> dict[str, object]:
    """What a person has chosen beyond the recipe; by itself it is the plan's own defaults."""
    variants: dict[str, object] = {
        "gradient_checkpointing": options.gradient_checkpointing,
        "batches_per_step": options.batches_per_step,
        "schedule": options.schedule or plan.schedule,
        "early_stop_epochs": options.early_stop_epochs,
        "augmentation": _augmentation(options.augmentation, plan.augmentation),
        "mixing": Mixing(mixup_share=options.mixup_share, cutmix_share=options.cutmix_share),
        "sampler": "quota" if options.sampler == "shuffled" else options.sampler,
        "structure_maps_weight": _STRUCTURE_MAPS_WEIGHT if options.structure_maps else 0.0,
        "tensorboard": options.tensorboard,
    }
    if options.sampler == "shuffled":
        variants["positives_per_batch"] = 0
    return variants


def _diagnoses(options: RunOptions, plan: TrainingPlan) -> dict[str, object]:
    """What makes a plan one for the diagnoses that occur among its training images."""
    split = split_samples(read_manifest(options.data_dir), fold=options.fold, folds=options.folds)
    found = diagnoses_of(split.train)
    labels = tuple(int(each.is_malignant) for each in found)
    return {
        "diagnoses": tuple(each.name for each in found),
        "architecture_arguments": {**plan.architecture_arguments, "diagnosis_labels": labels},
        "loss": options.loss or DIAGNOSES_LOSS,
        "label_smoothing": _DIAGNOSES_SMOOTHING,
    }


def _with_evidence(options: RunOptions) -> RunOptions:
    """The same choice, said by the network's arguments and the loss."""
    changes = {
        "dimensions": {**options.dimensions, "evidential": True},
        "loss": options.loss or "evidential",
    }
    return options.model_copy(update=changes)


def _augmentation(choice: AugmentationChoice, usual: Augmentation) -> Augmentation:
    if choice == "none":
        return NO_AUGMENTATION
    return usual.model_copy(update=_STRONG_SHARES) if choice == "strong" else usual


def _segmentation(options: RunOptions) -> TrainingPlan:
    architecture = options.architecture or "dermomamba"
    return TrainingPlan(
        task="segmentation",
        architecture=architecture,
        architecture_arguments=options.dimensions,
        data_dir=options.data_dir,
        stages=_stages(options, _SEGMENTER_SIZE_PX, default_epochs=40),
        batch_size=options.batch_size or 8,
        learning_rate=options.learning_rate or 1.5e-3,
        loss=options.loss or "guide_fusion",
        augmentation=Augmentation(quarter_turns=False),
        amp=options.amp,
        fold=options.fold,
        folds=options.folds,
        seed=options.seed,
        threads=options.threads,
        continue_from=options.continue_from,
        quick_test=options.quick_test,
        model_name=options.model_name or architecture,
        model_version=options.model_version,
    )


def _refinement(options: RunOptions) -> TrainingPlan:
    """As for a boundary, at the network that reads clicks, too."""
    architecture = options.architecture or _REFINER
    chosen = {
        "architecture": architecture,
        "batch_size": options.batch_size or 16,
        "learning_rate": options.learning_rate or 7e-4,
        "loss": options.loss or "bce_dice",
        "model_name": options.model_name or architecture,
    }
    plan = _segmentation(options.model_copy(update=chosen))
    return plan.model_copy(update={"task": "refinement"})


def _classification(options: RunOptions) -> TrainingPlan:
    architecture = options.architecture or "mambaderm_lite"
    batch_size = options.batch_size or 32
    return TrainingPlan(
        task="classification",
        architecture=architecture,
        architecture_arguments=options.dimensions,
        data_dir=options.data_dir,
        stages=_stages(options, _CLASSIFIER_SIZE_PX, default_epochs=60),
        batch_size=batch_size,
        positives_per_batch=batch_size // 4,
        learning_rate=options.learning_rate or 6e-4,
        loss=options.loss or "bce_auc",
        augmentation=Augmentation(
            affine_share=0.9,
            rotation_deg=180,
            scale_share=0.2,
            shear_share=0.1,
            brightness_share=0.25,
            contrast_share=0.25,
            saturation_share=0.3,
            colour_cast_share=0.08,
        ),
        amp=options.amp,
        fold=options.fold,
        folds=options.folds,
        seed=options.seed,
        threads=options.threads,
        continue_from=options.continue_from,
        quick_test=options.quick_test,
        model_name=options.model_name or architecture,
        model_version=options.model_version,
    )


_RECIPES: dict[ModelTask, Callable[[RunOptions], TrainingPlan]] = {
    "segmentation": _segmentation,
    "classification": _classification,
    "refinement": _refinement,
}


def _stages(options: RunOptions, default_px: tuple[int, int], *, default_epochs: int) -> tuple[Stage, ...]:
    """Half size first, if its sides are still multiples of 32, then full size."""
    height_px = options.height_px or default_px[0]
    width_px = options.width_px or (default_px[1] if options.height_px is None else height_px)
    epochs = options.epochs or default_epochs
    half_epochs = int(epochs * _SMALL_STAGE_SHARE)
    full = Stage(height_px=height_px, width_px=width_px, epochs=epochs - half_epochs)
    if options.quick_test or half_epochs == 0 or height_px % 64 or width_px % 64:
        return (Stage(height_px=height_px, width_px=width_px, epochs=epochs),)
    half = Stage(height_px=height_px // 2, width_px=width_px // 2, epochs=half_epochs)
    return (half, full)


def _shrunk(options: RunOptions) -> RunOptions:
    """The same run at toy size: two epochs of the smallest network on a handful of images."""
    return options.model_copy(
        update={
            "architecture": options.architecture or _SMALLEST[options.task],
            "height_px": 64,
            "width_px": 64,
            "size_px": None,
            "epochs": options.epochs or 2,
            "batch_size": options.batch_size or 4,
        }
    )


def fine_tuning_plan(
    *,
    task: Task,
    snapshot_dir: Path,
    base: Path,
    model_name: str,
    model_version: str,
    rehearsal: Path | None = None,
    snapshot_manifest_sha256: str | None = None,
    amp: bool = False,
    seed: int = 17,
    threads: int = 0,
) -> TrainingPlan:
    """The plan that teaches the model in ``base`` the corrections of a snapshot.

    Raises:
        ContractError: the base's card cannot be read.
        DataSetError: the snapshot or the bundled images cannot be read, or nothing is to be learned.
    """
    card = read_card(base)
    is_segmentation = task == "segmentation"
    fine_tuning = FineTuning(
        base=base, rehearsal=rehearsal, snapshot_manifest_sha256=snapshot_manifest_sha256
    )
    stage = Stage(
        height_px=card.input.height_px,
        width_px=card.input.width_px,
        epochs=_fine_tuning_epochs(task, snapshot_dir, fine_tuning),
    )
    return TrainingPlan(
        task=task,
        architecture=card.architecture,
        architecture_arguments=_arguments(card),
        data_dir=snapshot_dir,
        stages=(stage,),
        batch_size=_FINE_TUNING_BATCH[task],
        learning_rate=_FINE_TUNING_RATE[task],
        ema_decay=_FINE_TUNING_EMA_DECAY,
        loss="bce_dice" if is_segmentation else "bce_auc",
        augmentation=Augmentation(quarter_turns=not is_segmentation),
        auxiliary=AuxiliaryTargets(structures=0, mask=0, diagnosis=0),
        positives_per_batch=_FINE_TUNING_POSITIVES[task],
        crop_margin=card.input.crop_margin or 0.0,
        checkpoint_every_s=30,
        fine_tuning=fine_tuning,
        amp=amp,
        seed=seed,
        threads=threads,
        model_name=model_name,
        model_version=model_version,
    )


def _fine_tuning_epochs(task: Task, snapshot_dir: Path, fine_tuning: FineTuning) -> int:
    """How many epochs make the steps that the corrections are worth."""
    learnable = _learnable(snapshot_dir)
    corrections = _corrections(task, learnable)
    bundled = [] if fine_tuning.rehearsal is None else _learnable(fine_tuning.rehearsal)
    batch_size = _FINE_TUNING_BATCH[task]
    steps_per_epoch = (
        fine_tuning.steps_per_epoch(corrections, batch_size)
        if task == "segmentation"
        else _score_steps_per_epoch([*learnable, *bundled], batch_size - _FINE_TUNING_POSITIVES[task])
    )
    return max(1, round(_fine_tuning_steps(corrections) / steps_per_epoch))


def _learnable(data_dir: Path) -> list[Sample]:
    return [sample for sample in read_manifest(data_dir) if sample.split in TRAIN_SPLITS]


def _corrections(task: Task, learnable: list[Sample]) -> int:
    if task == "segmentation":
        count = sum(sample.mask_file is not None for sample in learnable)
    else:
        count = sum(sample.malignant is not None for sample in learnable)
    if count == 0:
        raise DataSetError("The snapshot holds nothing to learn from: no image in its training part.")
    return count


def _score_steps_per_epoch(learnable: list[Sample], benign_per_batch: int) -> int:
    """Batches in which every benign image comes once, bundled ones too; the malignant ones go round."""
    benign = sum(sample.malignant is False for sample in learnable)
    return max(1, -(-benign // benign_per_batch))


def _fine_tuning_steps(corrections: int) -> int:
    """How many steps a number of corrections is worth: few images are soon learned by heart."""
    return round(25 + 0.3 * corrections)


def _arguments(card: ModelCard) -> dict[str, ArgumentValue]:
    given: dict[str, object] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in card.architecture_arguments.items()
    }
    return TypeAdapter(dict[str, ArgumentValue]).validate_python(given)
