"""A model that spoke about a case, with what its card says of it."""

from dataclasses import dataclass

from app.domain.analysis.prediction import ModelRef
from models.contract.shelf.card import Metric, Task
from models.contract.shelf.triage_figures import BandFigures


@dataclass(frozen=True, slots=True)
class HeldOutFigure:
    """How a model did, by the main figure of its task, on images it was neither trained nor chosen on."""

    metric: Metric
    image_alone: Metric | None = None
    """The same without metadata; None for a model that reads none, or when it was not measured."""


@dataclass(frozen=True, slots=True)
class MeasuredBands:
    """What a card says of the bands of its model."""

    figures: BandFigures
    images: str
    """Which ones they were measured on: 'held-out' or 'validation'."""


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A model that spoke about a case, with what its card says."""

    task: Task
    """Whether it drew the boundary or gave the score."""
    model: ModelRef
    figure: HeldOutFigure | None
    """None when it was not measured."""
    limits: tuple[str, ...] | None
    """Sentences of its card; None when the model is not on the shelf any more."""
    diagnoses: tuple[str, ...] = ()
    """The only ones that its training data know; empty when its card does not tell."""
    bands: MeasuredBands | None = None
    """What the bands of a score model were worth; None when its card does not tell."""
