"""What an inference engine does: run a network on prepared arrays; predictor.py does the rest."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import InferenceError
from app.usecases.cancellation import CancelToken

FloatArray = NDArray[np.float32]


class EngineUnavailableError(InferenceError):
    """An engine cannot be used on this machine, for the reason its sentence says."""


@dataclass(frozen=True, slots=True)
class ClassifierInput:
    """A batch for a score model, all rows of one lesion (its views)."""

    images: FloatArray
    """(B, 3, s, s), normalised."""
    numeric: FloatArray
    """(B, 35), NaN = missing."""
    categorical: NDArray[np.int64]
    """(B, 6), 0 = missing."""

    def by_name(self) -> dict[str, NDArray[Any]]:
        """Return the arrays under the names the graph and the server use."""
        return {"images": self.images, "numeric": self.numeric, "categorical": self.categorical}


@dataclass(frozen=True, slots=True)
class SegmenterOutput:
    """What a boundary model returns for a batch of frames."""

    logits: FloatArray
    """(B, 1, h, w)"""
    structures: FloatArray | None = None
    """(B, 5, h / 4, w / 4) logits of `STRUCTURES`; None if the model maps none."""
    suitability: FloatArray | None = None
    """(B, 2) distance to the training frames and logit of a lesion; None if the model does not tell."""

    @staticmethod
    def of(arrays: dict[str, FloatArray]) -> "SegmenterOutput":
        """Take a model's answers by their names; further ones are left."""
        return SegmenterOutput(arrays["logits"], arrays.get("structures"), arrays.get("suitability"))


@dataclass(frozen=True, slots=True)
class ClassifierOutput:
    """What a score model returns for a batch, with the overlays that cost nothing more."""

    logits: FloatArray
    """(B,)"""
    maps: dict[str, FloatArray]
    """(B, g, g) by the overlay's name; which ones there are depends on the model."""
    diagnosis_logits: FloatArray | None = None
    """(B, K) in the order of the card's diagnoses; None if the model tells malignant from benign only."""


class Engine(Protocol):
    """One way to run the networks."""

    name: str

    def segment(self, folder: Path, images: FloatArray, token: CancelToken) -> SegmenterOutput:
        """Return what the segmentation model in ``folder`` says of images (B, 3, h, w)."""
        ...

    def classify(self, folder: Path, batch: ClassifierInput, token: CancelToken) -> ClassifierOutput:
        """Return the logits and overlays of the score model in ``folder``."""
        ...

    def refine(
        self, folder: Path, images: FloatArray, guidance: FloatArray, token: CancelToken
    ) -> FloatArray:
        """Return logits (B, 1, h, w) of the refiner in ``folder`` for images and guidance (B, 3, h, w)."""
        ...

    def explain(self, name: str, folder: Path, batch: ClassifierInput, token: CancelToken) -> FloatArray:
        """Return an overlay's maps (B, g, g) for the batch."""
        ...

    def overlay_names(self) -> tuple[str, ...]:
        """Return the overlays this engine can compute."""
        ...

    def provider(self) -> str:
        """Return where the networks really run, for example 'CPUExecutionProvider'."""
        ...

    def close(self) -> None:
        """Free memory and processes."""
        ...
