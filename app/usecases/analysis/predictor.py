"""What runs the models: what it is asked, and the answers with the arrays that are stored beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.analysis.prediction import DiagnosisShare, EngineRun, ModelRef
from app.domain.analysis.triage import TriageThresholds
from app.usecases.cancellation import CancelToken
from models.contract.arrays import AttentionMap, BoolMask, ProbabilityMap, RgbImage
from models.contract.imaging.clicks import Click
from models.contract.imaging.frame_verdict import FrameVerdict
from models.contract.lesion.tabular import TabularInput


@dataclass(frozen=True, slots=True)
class BoundaryResult:
    """A segmentation as the engine computed it, at the image's size."""

    probability: ProbabilityMap
    mask: BoolMask
    model: ModelRef
    run: EngineRun
    frame: FrameVerdict | None = None
    """Whether the image is one to score; None when the model does not tell."""


@dataclass(frozen=True, slots=True)
class RefinedBoundary:
    """A mask as the refiner redrew it from clicks, at the image's size."""

    mask: BoolMask
    model: ModelRef
    run: EngineRun


@dataclass(frozen=True, slots=True)
class BoundaryUncertainty:
    """How sure a boundary is, as the engine computed it."""

    disagreement: NDArray[np.float32]
    """(h, w) in [0, 0.5], of the image's shape at reduced size: the passes' standard deviation."""
    border_uncertainty: float
    """In [0, 1]; 0 = all passes agree."""
    atypicality: float | None
    """Share of the training images that are more typical; None when the model's card does not tell."""
    weights_sha256: str
    """Of the model that was asked."""


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """A score as the engine computed it."""

    probability: float
    probability_low: float
    probability_high: float
    model: ModelRef
    run: EngineRun
    diagnosis_shares: tuple[DiagnosisShare, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What a real test inference on this machine showed, for the device page."""

    engine: str
    provider: str
    device: str
    boundary_ms: float | None
    score_ms: float | None
    note: str
    """Why this engine was or was not chosen, or what went wrong, in one sentence."""
    is_active: bool


class Predictor(Protocol):
    """Runs the models, by default the active ones; one request at a time, on the inference queue."""

    def boundary(
        self, image: RgbImage, token: CancelToken, *, model: ModelRef | None = None
    ) -> BoundaryResult:
        """Segment an image with the active model, or the one named; raises InferenceError, CancelledError."""
        ...

    def boundary_uncertainty(
        self, image: RgbImage, mask: BoolMask, token: CancelToken
    ) -> BoundaryUncertainty:
        """Say how sure the boundary ``mask`` is, by further passes over the image."""
        ...

    def can_refine(self) -> bool:
        """Say whether a refiner is active, so that clicks can be offered."""
        ...

    def refine(
        self, image: RgbImage, mask: BoolMask, clicks: Sequence[Click], token: CancelToken
    ) -> RefinedBoundary:
        """Redraw the present mask from all clicks so far; what was drawn by hand is not kept here."""
        ...

    def score(
        self,
        image: RgbImage,
        mask: BoolMask | None,
        tabular: TabularInput,
        token: CancelToken,
        *,
        model: ModelRef | None = None,
    ) -> ScoreResult:
        """Score a lesion with the active model, or the one named.

        ``mask`` gives the crop, ``tabular`` the metadata and measurements.
        """
        ...

    def overlay(
        self,
        name: str,
        image: RgbImage,
        mask: BoolMask | None,
        tabular: TabularInput,
        token: CancelToken,
    ) -> AttentionMap:
        """Explain the score with one of ``overlay_names``; map at image size."""
        ...

    def overlay_names(self) -> tuple[str, ...]:
        """Return the overlays the active engine can compute."""
        ...

    def thresholds(self) -> TriageThresholds:
        """Return the triage thresholds of the active score model's card."""
        ...

    def has_to_measure(self) -> bool:
        """Say whether the next answer waits until the engines were timed with an active model."""
        ...

    def examine(self) -> Iterator[EngineReport]:
        """Run a real inference on every engine of this machine and report."""
        ...

    def forget_models(self) -> None:
        """Ask again which models are active, after a promotion or a roll-back."""
        ...

    def close(self) -> None:
        """Stop server processes and free memory."""
        ...
