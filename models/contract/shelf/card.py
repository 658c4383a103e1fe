"""The model card: the passport of a trained model, and the only place of its thresholds.

``card.json`` lies beside the weights and the graph it names. Thresholds and temperature live here and
never in code, so that a model carries its own calibration.
"""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    JsonValue,
    ValidationError,
    model_validator,
)

from models.contract.errors import CardUnreadableError, what_is_wrong
from models.contract.files.atomic_files import write_whole
from models.contract.imaging.preprocess import NORMALISATION
from models.contract.imaging.suitability import SuitabilityLimits
from models.contract.lesion.features import DEFINITION
from models.contract.lesion.tabular import CATEGORICAL_FEATURES, NUMERIC_FEATURES
from models.contract.metrics import CalibrationBin
from models.contract.shelf.triage_figures import TriageAims, TriageFigures
from models.contract.uncertainty.typicality import ReferenceStatistics

CARD_FILE: Final = "card.json"
GRAPH_FILE: Final = "graph.onnx"
"""The network as ONNX Runtime reads it, without its weights."""
WEIGHTS_FILE: Final = "weights.safetensors"
SCHEMA_VERSION: Final = 1
_LONGEST_CARD_BYTES: Final = 4_000_000
_DIAGNOSES_LIMIT: Final = "The data know these diagnoses only: "
"""How the limits of a card begin to name them; cards from before ``known_diagnoses`` say it there alone."""

Task = Literal["segmentation", "classification"]
"""What a model predicts of an image by itself, and what it can learn from a clinic's corrections."""

TASKS: Final[tuple[Task, ...]] = ("segmentation", "classification")

ModelTask = Literal["segmentation", "classification", "refinement"]
"""What a model on the shelf is for; a refiner redraws a boundary from a person's clicks."""

MAIN_METRIC: Final[dict[ModelTask, str]] = {
    "segmentation": "dice",
    "classification": "auc",
    "refinement": "noc90_from_prediction",
}
"""The figure that a model of a task is known by, as exams and, after the name of a split, cards call it."""

LABELS_BY_TASK: Final[dict[ModelTask, tuple[str, ...]]] = {
    "segmentation": ("skin", "lesion"),
    "refinement": ("skin", "lesion"),
    "classification": ("benign", "malignant"),
}
"""What the answers stand for; the single logit of a network is that of the second label."""

Probability = Annotated[FiniteFloat, Field(ge=0.0, le=1.0)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
PlainName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$")]
"""A name that is safe as a folder's name on every system."""

WeightsName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.safetensors$")]
GraphName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.onnx$")]


_DECIDES_ANSWERS: Final = {
    *("task", "architecture", "architecture_arguments", "labels", "input", "threshold", "temperature"),
    *("triage_thresholds", "weights_sha256", "graph_sha256"),
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputSpec(_Frozen):
    """What the network reads; ``preprocess`` and ``tabular`` make it."""

    height_px: int = Field(gt=0, le=8192)
    width_px: int = Field(gt=0, le=8192)
    crop_margin: FiniteFloat | None = Field(default=None, ge=0.0)
    """Of the lesion's box, per side; None when the whole frame is read."""
    normalisation: str = NORMALISATION
    numeric_features: tuple[str, ...] = ()
    categorical_features: tuple[str, ...] = ()
    measurements: str | None = None
    """Which definition of the lesion's measurements the network was trained on."""

    @classmethod
    def for_segmentation(cls, *, height_px: int, width_px: int) -> Self:
        """The whole frame at this size."""
        return cls(height_px=height_px, width_px=width_px)

    @classmethod
    def for_classification(cls, *, size_px: int, crop_margin: float, reads_table: bool = True) -> Self:
        """The lesion's square crop, and the tabular input as this version makes it, if it is read."""
        if not reads_table:
            return cls(height_px=size_px, width_px=size_px, crop_margin=crop_margin)
        return cls(
            height_px=size_px,
            width_px=size_px,
            crop_margin=crop_margin,
            numeric_features=NUMERIC_FEATURES,
            categorical_features=CATEGORICAL_FEATURES,
            measurements=DEFINITION,
        )


class Metric(_Frozen):
    """One measured figure with its 95 % bootstrap interval and its number of cases."""

    value: FiniteFloat
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    n: int = Field(ge=0)
    subgroups: dict[str, "Metric"] = Field(default_factory=dict)
    """By "sex: female", "age: 40-59", "diagnosis: nevus", ..."""


class DataSummary(_Frozen):
    """The data a model was made from."""

    sources: tuple[str, ...]
    licence: str
    images_by_split: dict[str, int]
    malignant_by_split: dict[str, int] = Field(default_factory=dict)
    manifest_sha256: Sha256 | None = None


class Calibration(_Frozen):
    """How probabilities were made to mean what they say, and how well that went."""

    method: str
    fitted_on: str
    ece: FiniteFloat | None = None
    brier: FiniteFloat | None = None
    bins: tuple[CalibrationBin, ...] = ()


class Conformal(_Frozen):
    """Class-wise split-conformal quantiles of 1 - p(label); see ``uncertainty``."""

    error_rate: Probability
    quantile_by_label: dict[str, Probability]
    n_by_label: dict[str, int]


class Diagnosis(_Frozen):
    """A diagnosis that a score model tells from others."""

    name: str = Field(min_length=1)
    is_malignant: bool


class StructureMap(_Frozen):
    """How far the map of a dermoscopic structure can be trusted, measured on validation images."""

    name: str = Field(min_length=1)
    presence_auc: Metric
    dice: Metric
    """Over the images that have the structure, on the map's own grid."""
    presence_threshold: Probability
    """Of `structures.presence_of`, from which an image counts as one with the structure."""
    is_offered: bool
    """Whether the measure earns it a place on the screen."""


class ModelCard(_Frozen):
    """Everything a person and a program must know before a model is used."""

    schema_version: Literal[1] = SCHEMA_VERSION
    name: PlainName
    version: PlainName
    task: ModelTask
    architecture: str = Field(min_length=1)
    architecture_arguments: dict[str, JsonValue] = Field(default_factory=dict)
    labels: tuple[str, ...]
    diagnoses: tuple[Diagnosis, ...] = ()
    """What a score model tells apart beyond its labels, in the order of its logits; usually nothing."""
    input: InputSpec
    threshold: Probability
    temperature: FiniteFloat = Field(gt=0.0)
    triage_thresholds: dict[str, Probability] = Field(default_factory=dict)
    """Lowest calibrated probability of each triage band that the model may give."""
    triage_aims: TriageAims | None = None
    """What those thresholds were chosen for; None on cards from before there were aims."""
    triage_figures: dict[str, TriageFigures] = Field(default_factory=dict)
    """What the bands are worth, by split; empty where it was not measured with these weights."""
    overlays: tuple[str, ...] = ("gradient_x_input", "hidden_attention", "gate", "grad_cam")
    """What a score model can show of where its score came from; cards without it mean all of these."""
    weights_file: WeightsName
    weights_sha256: Sha256
    graph_file: GraphName
    graph_sha256: Sha256
    parameters: int = Field(gt=0)
    parity_max_abs_difference: FiniteFloat | None = Field(default=None, ge=0.0)
    """Largest difference of a logit between the graph and the network it was made from."""
    data: DataSummary
    split: str
    recipe: dict[str, JsonValue]
    seed: int
    trained_on: str
    """The machine in words (kind and number of processors); never its name."""
    metrics: dict[str, Metric]
    calibration: Calibration | None = None
    conformal: Conformal | None = None
    diagnosis_conformal: Conformal | None = None
    """The same for the diagnoses, of what `diagnoses.divided_score` gives them."""
    limits: tuple[str, ...] = Field(min_length=1)
    known_diagnoses: tuple[str, ...] = ()
    """The only diagnoses that the training data know; empty where that is not known."""
    licence: str
    intended_use: str
    created_at: AwareDatetime
    parent: str | None = None
    """``reference`` of the model it was trained from."""
    structure_maps: tuple[StructureMap, ...] = ()
    """The structures that a boundary model maps, with their measures; usually none."""
    suitability: SuitabilityLimits | None = None
    """From where on a boundary model's frames are no dermoscopic images of a lesion."""
    reference_statistics: ReferenceStatistics | None = None
    """What its training images are like; None on cards from before this was measured."""

    @property
    def reference(self) -> str:
        """``name/version``: how the model is called in records and reports."""
        return f"{self.name}/{self.version}"

    @property
    def answers_sha256(self) -> str:
        """Hash of all that decides what the model answers: its files, its input, its thresholds."""
        # Without diagnoses the hash is that of cards from before there were any.
        decisive = _DECIDES_ANSWERS | ({"diagnoses"} if self.diagnoses else set())
        chosen = self.model_dump(mode="json", include=decisive)
        return hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()

    @model_validator(mode="after")
    def _fits_its_task(self) -> Self:
        is_classifier = self.task == "classification"
        if is_classifier != (self.input.crop_margin is not None):
            msg = "a classifier reads a crop, any other model the whole frame"
            raise ValueError(msg)
        named = [int(diagnosis.is_malignant) for diagnosis in self.diagnoses]
        if named != list(_told_apart(self.architecture_arguments)):
            msg = "the diagnoses named are not those that the network tells apart"
            raise ValueError(msg)
        return self


def _told_apart(architecture_arguments: dict[str, JsonValue]) -> list[JsonValue]:
    labels = architecture_arguments.get("diagnosis_labels", [])
    return labels if isinstance(labels, list) else [labels]


def read_card(folder: Path) -> ModelCard:
    """The card in ``folder``.

    Raises:
        CardUnreadableError: it is missing, damaged, or of another format.
    """
    path = folder / CARD_FILE
    try:
        if path.stat().st_size > _LONGEST_CARD_BYTES:
            raise CardUnreadableError(f"The model card in {folder} is too long to be a card.")
        return _with_known_diagnoses(ModelCard.model_validate_json(path.read_bytes()))
    except OSError as error:
        raise CardUnreadableError(f"There is no readable model card in {folder}.") from error
    except ValidationError as error:
        raise CardUnreadableError(what_is_wrong("model card", folder, error)) from error


def _with_known_diagnoses(card: ModelCard) -> ModelCard:
    """Return a card from before it named the diagnoses apart with those that its limits name."""
    if "known_diagnoses" in card.model_fields_set:
        return card
    said = next((limit for limit in card.limits if limit.startswith(_DIAGNOSES_LIMIT)), _DIAGNOSES_LIMIT)
    names = said.removeprefix(_DIAGNOSES_LIMIT).strip(". ")
    known = () if names in ("", "none") else tuple(name.strip() for name in names.split(","))
    return card.model_copy(update={"known_diagnoses": known})


def write_card(card: ModelCard, folder: Path) -> Path:
    """Write ``card`` into ``folder``, whole or not at all, and return its path."""
    path = folder / CARD_FILE
    write_whole(path, (card.model_dump_json(indent=2) + "\n").encode())
    return path
