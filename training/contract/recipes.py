"""From a few options to a whole plan: the recipes that the command line and the window start."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from training.contract.plan import (
    ArgumentValue,
    Augmentation,
    Stage,
    Task,
    TrainingPlan,
)

_SEGMENTER_SIZE_PX = (192, 256)
_CLASSIFIER_SIZE_PX = (224, 224)
_SMALL_STAGE_SHARE = 0.75
"""Share of the epochs spent at half size, where an epoch costs a quarter."""


class RunOptions(BaseModel):
    """What a person may choose when starting a run; None leaves it to the recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    task: Task
    data_dir: Path
    architecture: str | None = None
    dimensions: dict[str, ArgumentValue] = Field(default_factory=dict)
    height_px: int | None = None
    width_px: int | None = None
    epochs: int | None = Field(default=None, ge=1)
    batch_size: int | None = Field(default=None, ge=1)
    learning_rate: float | None = Field(default=None, gt=0)
    loss: str | None = None
    amp: bool = False
    fold: int | None = Field(default=None, ge=0)
    seed: int = 17
    threads: int = Field(default=0, ge=0)
    continue_from: Path | None = None
    quick_test: bool = False
    model_name: str | None = None
    model_version: str = "1"


def plan_for(options: RunOptions) -> TrainingPlan:
    """The plan of a run; raises pydantic's ValidationError for options that do not go together."""
    if options.quick_test:
        options = _shrunk(options)
    return _segmentation(options) if options.task == "segmentation" else _classification(options)


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
        seed=options.seed,
        threads=options.threads,
        continue_from=options.continue_from,
        quick_test=options.quick_test,
        model_name=options.model_name or architecture,
        model_version=options.model_version,
    )


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
        seed=options.seed,
        threads=options.threads,
        continue_from=options.continue_from,
        quick_test=options.quick_test,
        model_name=options.model_name or architecture,
        model_version=options.model_version,
    )


def _stages(options: RunOptions, default_px: tuple[int, int], *, default_epochs: int) -> tuple[Stage, ...]:
    """Half size first, if its sides are still multiples of 32, then full size."""
    height_px = options.height_px or default_px[0]
    width_px = options.width_px or (default_px[1] if options.height_px is None else height_px)
    epochs = options.epochs or default_epochs
    half_epochs = int(epochs * _SMALL_STAGE_SHARE)
    full = Stage(height_px=height_px, width_px=width_px, epochs=epochs - half_epochs)
    if options.quick_test or half_epochs == 0 or height_px % 32 or width_px % 64:
        return (Stage(height_px=height_px, width_px=width_px, epochs=epochs),)
    half_px = {"height_px": _half_px(height_px), "width_px": _half_px(width_px)}
    return (Stage(epochs=half_epochs, **half_px), full)


def _half_px(side_px: int) -> int:
    """Half of a side, as a multiple of 16 (classifiers) or 32 (segmenters: 192 and 256 give both)."""
    return max(32, side_px // 2 // 16 * 16)


def _shrunk(options: RunOptions) -> RunOptions:
    """The same run at toy size: two epochs of the smallest network on a handful of images."""
    is_segmentation = options.task == "segmentation"
    return options.model_copy(
        update={
            "architecture": options.architecture
            or ("dermomamba_tiny" if is_segmentation else "mambaderm_tiny"),
            "height_px": 64,
            "width_px": 64,
            "epochs": options.epochs or 2,
            "batch_size": options.batch_size or 4,
        }
    )
