"""What a person may choose when starting a run: each choice once, with its words for the command line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.contract.shelf.card import ModelTask
from training.contract.distillation import SOFT_TARGET_TEMPERATURE, SOFT_TARGET_WEIGHT
from training.contract.plan import ArgumentValue, Schedule

SamplerChoice: TypeAlias = Literal["quota", "balanced", "sources", "shuffled"]
AugmentationChoice: TypeAlias = Literal["standard", "strong", "none"]


@dataclass(frozen=True)
class CommandLineName:
    """How a choice is called on the command line where that is not simply its own name."""

    flag: str = ""
    """Such as --lr; empty: the name of the choice."""
    tasks: tuple[ModelTask, ...] = ()
    """The only tasks that it is offered for; empty: all."""


_OF_SCORES: Final = ("classification",)
_OF_BOUNDARIES: Final = ("segmentation",)
_OF_FRAMES: Final = ("segmentation", "refinement")
_OF_PREDICTIONS: Final = ("segmentation", "classification")


class RunOptions(BaseModel):
    """What a person may choose when starting a run; None leaves it to the recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    task: ModelTask
    data_dir: Annotated[Path, CommandLineName("--data")] = Field(description="Folder with manifest.csv.")
    architecture: Annotated[str | None, CommandLineName("--model")] = Field(
        default=None, description="Architecture by name."
    )
    dimensions: Annotated[dict[str, ArgumentValue], CommandLineName("--dimension")] = Field(
        default_factory=dict, description="name=value of the architecture, e.g. base_channels=8."
    )
    height_px: Annotated[int | None, CommandLineName("--height", _OF_FRAMES)] = Field(
        default=None, ge=1, description="Input height, px."
    )
    width_px: Annotated[int | None, CommandLineName("--width", _OF_FRAMES)] = Field(
        default=None, ge=1, description="Input width, px."
    )
    size_px: Annotated[int | None, CommandLineName("--size", _OF_SCORES)] = Field(
        default=None, ge=1, description="Side of the crop, px."
    )
    epochs: int | None = Field(default=None, ge=1, description="Over all sizes; the recipe's when left out.")
    batch_size: int | None = Field(default=None, ge=1, description="Images; the recipe's when left out.")
    learning_rate: Annotated[float | None, CommandLineName("--lr")] = Field(
        default=None, gt=0, description="Highest learning rate."
    )
    loss: str | None = Field(default=None, description="Loss by name; the recipe's when left out.")
    amp: Annotated[bool, CommandLineName("--amp/--no-amp")] = Field(
        default=False, description="bfloat16; scans stay float32."
    )
    gradient_checkpointing: bool = Field(
        default=False, description="Less memory, more time; the same gradients."
    )
    batches_per_step: Annotated[int, CommandLineName("--accumulate")] = Field(
        default=1,
        ge=1,
        description="Batches per step: the step of one large batch, but for batch normalisation.",
    )
    schedule: Schedule | None = Field(default=None, description="one_cycle when left out.")
    early_stop_epochs: Annotated[int, CommandLineName("--early-stop")] = Field(
        default=0, ge=0, description="Finish after so many epochs without a gain; 0: never."
    )
    augmentation: Annotated[AugmentationChoice, CommandLineName("--augment")] = Field(
        default="standard", description="strong adds bending, hairs, a dark rim, cut-outs, camera noise."
    )
    sampler: Annotated[SamplerChoice, CommandLineName(tasks=_OF_SCORES)] = Field(
        default="quota",
        description="quota: malignant ones in every batch; balanced: half of the draws; sources: the quota, "
        "with one share of malignant draws in every source.",
    )
    mixup_share: Annotated[float, CommandLineName("--mixup", _OF_SCORES)] = Field(
        default=0, ge=0, le=1, description="Share of the batches, 0 to 1."
    )
    cutmix_share: Annotated[float, CommandLineName("--cutmix", _OF_SCORES)] = Field(
        default=0, ge=0, le=1, description="Share of the batches, 0 to 1."
    )
    evidential: Annotated[bool, CommandLineName(tasks=_OF_SCORES)] = Field(
        default=False, description="A head that tells how much evidence there is."
    )
    diagnoses: Annotated[bool, CommandLineName(tasks=_OF_SCORES)] = Field(
        default=False, description="Tell the diagnoses of the data apart; the score follows from them."
    )
    structure_maps: Annotated[bool, CommandLineName(tasks=_OF_BOUNDARIES)] = Field(
        default=False, description="Teach maps of structures, too (dermomamba_efficient only)."
    )
    tensorboard: bool = Field(default=False, description="Curves in the run folder, under tensorboard/.")
    fold: int | None = Field(default=None, ge=0, description="Hold out this part of train, counted from 0.")
    folds: int = Field(default=5, ge=2, description="Parts that train is divided into.")
    seed: int = Field(default=17, description="Another seed, another run.")
    threads: int = Field(default=0, ge=0, description="0: all processor cores.")
    init: str | None = Field(
        default=None,
        description="First weights: imagenet (bundled, for click_refiner and the *_efficient networks), "
        "none, or a model as name/version or folder; left out, imagenet where there is one.",
    )
    continue_from: Path | None = Field(
        default=None, description="First weights: a checkpoint, or a model's weights file."
    )
    teacher: Annotated[str | None, CommandLineName(tasks=_OF_PREDICTIONS)] = Field(
        default=None, description="Learn the answers of this model, too: name/version, or a folder."
    )
    teacher_weight: Annotated[float, CommandLineName(tasks=_OF_PREDICTIONS)] = Field(
        default=SOFT_TARGET_WEIGHT, gt=0, le=1, description="Share of its answers beside the experts'."
    )
    teacher_temperature: Annotated[float, CommandLineName(tasks=_OF_PREDICTIONS)] = Field(
        default=SOFT_TARGET_TEMPERATURE, gt=0, description="Higher: its doubts count more."
    )
    quick_test: bool = Field(default=False, description="A toy run in seconds.")
    model_name: Annotated[str | None, CommandLineName("--name")] = Field(
        default=None, description="Name of the published model."
    )
    model_version: Annotated[str, CommandLineName("--version")] = Field(
        default="1", description="Version of the published model."
    )

    @model_validator(mode="after")
    def _has_one_size(self) -> "RunOptions":
        if self.size_px is not None and (self.height_px, self.width_px) != (None, None):
            raise ValueError("the input's size is said by its side, or by height and width, not by both")
        return self
