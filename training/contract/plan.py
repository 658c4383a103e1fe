"""The plan of one training run: every decision taken before the first step, frozen."""

import hashlib
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.contract.shelf.card import ModelTask
from training.contract.distillation import Distillation
from training.contract.fine_tuning import FineTuning

Schedule: TypeAlias = Literal["one_cycle", "warmup_cosine", "plateau"]
Sampler: TypeAlias = Literal["quota", "balanced", "sources"]
Start: TypeAlias = Literal["none", "imagenet"]
ArgumentValue: TypeAlias = bool | int | float | str | tuple[int, ...]

SEGMENTATION_LOSSES = (
    "guide_fusion",
    "guide_fusion_as_coded",
    "bce_dice",
    "dice",
    "bce",
    "focal_tversky",
)
LOSSES_OF_BORDERS = ("guide_fusion", "guide_fusion_as_coded")
"""Those that weigh a pixel by its distance to the border."""
CLASSIFICATION_LOSSES = ("bce_auc", "bce", "focal", "asymmetric", "focal_pauc", "evidential", "focal_ce")
DIAGNOSES_LOSS = "focal_ce"
"""The one loss that teaches diagnoses, and that needs them."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Stage(_Value):
    """A stretch of the run at one image size; a run goes from small images to large ones."""

    height_px: int = Field(ge=16, le=2048)
    width_px: int = Field(ge=16, le=2048)
    epochs: int = Field(ge=1, le=10_000)


class Augmentation(_Value):
    """How strongly training images are varied; every strength 0 leaves the image as it is."""

    flips: bool = True
    quarter_turns: bool = True
    affine_share: float = Field(default=0.5, ge=0, le=1)
    rotation_deg: float = Field(default=20.0, ge=0, le=180)
    scale_share: float = Field(default=0.15, ge=0, lt=1)
    shift_share: float = Field(default=0.06, ge=0, lt=0.5)
    shear_share: float = Field(default=0.05, ge=0, lt=0.5)
    brightness_share: float = Field(default=0.2, ge=0, lt=1)
    contrast_share: float = Field(default=0.2, ge=0, lt=1)
    saturation_share: float = Field(default=0.2, ge=0, lt=1)
    colour_cast_share: float = Field(default=0.06, ge=0, lt=1)
    blur_share: float = Field(default=0.1, ge=0, le=1)
    elastic_share: float = Field(default=0, ge=0, le=1)
    """Of this and those below: how many of the images are varied in this way."""
    grid_share: float = Field(default=0, ge=0, le=1)
    hair_share: float = Field(default=0, ge=0, le=1)
    vignette_share: float = Field(default=0, ge=0, le=1)
    colour_constancy_share: float = Field(default=0, ge=0, le=1)
    local_contrast_share: float = Field(default=0, ge=0, le=1)
    downscale_share: float = Field(default=0, ge=0, le=1)
    noise_share: float = Field(default=0, ge=0, le=1)
    cutout_share: float = Field(default=0, ge=0, le=1)


NO_AUGMENTATION = Augmentation(
    flips=False,
    quarter_turns=False,
    affine_share=0,
    brightness_share=0,
    contrast_share=0,
    saturation_share=0,
    colour_cast_share=0,
    blur_share=0,
)


class Mixing(_Value):
    """How many of a classifier's batches are mixed of two images each, and how evenly."""

    mixup_share: float = Field(default=0, ge=0, le=1)
    mixup_beta: float = Field(default=0.4, gt=0)
    """Both parameters of the Beta distribution that the first image's share is drawn from."""
    cutmix_share: float = Field(default=0, ge=0, le=1)
    cutmix_beta: float = Field(default=1.0, gt=0)

    @property
    def is_on(self) -> bool:
        """Whether any batch is mixed."""
        return self.mixup_share > 0 or self.cutmix_share > 0


class AuxiliaryTargets(_Value):
    """Weights of the classifier's extra targets, which exist in training only."""

    structures: float = Field(default=0.3, ge=0)
    mask: float = Field(default=0.5, ge=0)
    diagnosis: float = Field(default=0.3, ge=0)


class TabularDropout(_Value):
    """How often metadata are withheld in training, so that the image must carry the score."""

    whole_table: float = Field(default=0.4, ge=0, le=1)
    metadata: float = Field(default=0.2, ge=0, le=1)
    each_feature: float = Field(default=0.1, ge=0, le=1)


class TrainingPlan(_Value):
    """One run, decided beforehand: written as plan.json and never changed afterwards."""

    schema_version: Literal[1] = 1
    task: ModelTask
    architecture: str
    architecture_arguments: dict[str, ArgumentValue] = Field(default_factory=dict)
    data_dir: Path
    stages: tuple[Stage, ...] = Field(min_length=1)
    batch_size: int = Field(default=8, ge=1)
    batches_per_step: int = Field(default=1, ge=1)
    """Batches whose gradients are added up before the weights move (gradient accumulation).

    The step is that of one large batch, but batch normalisation and losses over pairs of images see
    ``batch_size`` images at a time, and so do the means over those images whose extra targets are known.
    """
    learning_rate: float = Field(default=1.5e-3, gt=0)
    weight_decay: float = Field(default=0.05, ge=0)
    schedule: Schedule = "one_cycle"
    plateau_epochs: int = Field(default=5, ge=1)
    """With the schedule "plateau": epochs without a better score after which the rate is lowered."""
    plateau_factor: float = Field(default=0.5, gt=0, lt=1)
    early_stop_epochs: int = Field(default=0, ge=0)
    """Epochs of the last stage without a better score after which the run is finished; 0: never."""
    warmup_share: float = Field(default=0.1, ge=0, lt=1)
    final_rate_share: float = Field(default=0.01, ge=0, le=1)
    gradient_clip: float = Field(default=1.0, gt=0)
    amp: bool = False
    gradient_checkpointing: bool = False
    """Compute the heavy stages twice instead of keeping what they computed: less memory, more time."""
    ema_decay: float = Field(default=0.995, ge=0, lt=1)
    loss: str
    diagnoses: tuple[str, ...] = ()
    """What a score model tells apart, in the order of the network's ``diagnosis_labels``; empty: nothing."""
    guide_weight: float = Field(default=0.5, ge=0, le=1)
    structure_maps_weight: float = Field(default=0, ge=0)
    """Weight of the boundary network's second head, which maps dermoscopic structures; 0: not taught."""
    label_smoothing: float = Field(default=0.02, ge=0, lt=1)
    augmentation: Augmentation = Augmentation()
    auxiliary: AuxiliaryTargets = AuxiliaryTargets()
    tabular_dropout: TabularDropout = TabularDropout()
    mixing: Mixing = Mixing()
    sampler: Sampler = "quota"
    """quota: ``positives_per_batch`` of each batch; balanced: as many draws of either class in an epoch;
    sources: the quota, with the same share of malignant draws in every source of the data."""
    positives_per_batch: int = Field(default=0, ge=0)
    crop_margin: float = Field(default=0.25, ge=0, le=1)
    mask_variants: int = Field(default=4, ge=1, le=16)
    seed: int = Field(default=17, ge=0)
    fold: int | None = Field(default=None, ge=0)
    folds: int = Field(default=5, ge=2)
    threads: int = Field(default=0, ge=0, description="0: as many as the machine offers")
    checkpoint_every_s: float = Field(default=240, gt=0)
    init: Start = "none"
    """imagenet: the network's encoder starts with the bundled ImageNet weights; none: with drawn ones."""
    continue_from: Path | None = None
    """A checkpoint of an earlier run whose averaged weights are the first weights of this one."""
    fine_tuning: FineTuning | None = None
    distillation: Distillation | None = None
    """Whose answers are learned beside those of experts; None: nobody's."""
    tensorboard: bool = False
    """Write the curves of the run for TensorBoard, too."""
    quick_test: bool = False
    model_name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    model_version: str = Field(default="1", pattern=r"^[A-Za-z0-9._-]+$")

    @model_validator(mode="after")
    def _is_consistent(self) -> "TrainingPlan":
        losses = CLASSIFICATION_LOSSES if self.task == "classification" else SEGMENTATION_LOSSES
        if self.loss not in losses:
            raise ValueError(f"loss {self.loss!r} is none of {', '.join(losses)}")
        if self.positives_per_batch >= self.batch_size:
            raise ValueError("a batch needs room for benign images beside its melanoma quota")
        if self.init == "imagenet" and self.continue_from is not None:
            raise ValueError("a run starts from ImageNet or from earlier weights, not from both")
        if self.fold is not None and self.fold >= self.folds:
            raise ValueError(f"fold {self.fold} does not exist among {self.folds}")
        if self.task == "classification" and any(s.height_px != s.width_px for s in self.stages):
            raise ValueError("a classifier takes square images")
        self._check_variants()
        self._check_diagnoses()
        self._check_teacher()
        return self

    def _check_variants(self) -> None:
        if self.loss == "evidential" and not self.architecture_arguments.get("evidential", False):
            raise ValueError("the evidential loss needs a network that tells its evidence")
        if self.task != "classification" and (self.mixing.is_on or self.sampler != "quota"):
            raise ValueError("mixing images and drawing by class are for classifiers")
        if self.mixing.mixup_share + self.mixing.cutmix_share > 1:
            raise ValueError("a batch is mixed in one way only: the shares of both must not exceed 1")
        if self.fine_tuning is not None and self.batches_per_step > 1:
            raise ValueError("fine-tuning takes a step after every batch")

    def _check_diagnoses(self) -> None:
        labels = self.architecture_arguments.get("diagnosis_labels", ())
        if self.architecture_arguments.get("evidential", False) and labels:
            raise ValueError("an evidential head tells benign from malignant only, not diagnoses")
        if self.fine_tuning is not None:
            if self.diagnoses:
                raise ValueError("fine-tuning learns malignant or not; diagnoses stay those of the base")
            return
        if bool(self.diagnoses) != (self.loss == DIAGNOSES_LOSS):
            raise ValueError(f"diagnoses are learned with the loss {DIAGNOSES_LOSS} and with no other")
        if len(set(self.diagnoses)) != (len(labels) if isinstance(labels, tuple) else 1):
            raise ValueError("each diagnosis needs its name and its label, benign or malignant")

    def _check_teacher(self) -> None:
        if self.distillation is None:
            return
        if self.fine_tuning is not None or self.task == "refinement":
            raise ValueError("a teacher is for first trainings of boundaries and scores")
        if self.loss in LOSSES_OF_BORDERS:
            raise ValueError("a loss of distances to the border has no meaning at the teacher's image size")
        if self.structure_maps_weight > 0:
            raise ValueError("a teacher teaches boundaries and scores, no maps of structures")

    @property
    def images_per_step(self) -> int:
        """Images that the weights move by at once."""
        return self.batch_size * self.batches_per_step

    @property
    def epochs(self) -> int:
        """Epochs of all stages together."""
        return sum(stage.epochs for stage in self.stages)

    @property
    def sha256(self) -> str:
        """Hash of all decisions that differ from the defaults: later versions may add decisions."""
        return hashlib.sha256(self.model_dump_json(exclude_defaults=True).encode()).hexdigest()

    def stage_of(self, epoch: int) -> int:
        """The index of the stage that the zero-based ``epoch`` belongs to."""
        for index, stage in enumerate(self.stages):
            if epoch < stage.epochs:
                return index
            epoch -= stage.epochs
        raise ValueError("the epoch lies beyond the end of the plan")
