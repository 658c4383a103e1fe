"""An engine with fixed answers that keeps what it was asked, on a shelf whose cards hold awkward figures."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from app.inference.engine import ClassifierInput, ClassifierOutput, FloatArray, SegmenterOutput
from app.usecases.cancellation import CancelToken
from models.contract.shelf.card import InputSpec, write_card
from models.contract.shelf.model_shelf import ModelShelf
from tests.model_files import a_card, write_graph, write_weights

FRAME_SIZE_PX = (24, 56)
CROP_SIZE_PX = 40
CROP_MARGIN = 0.31
BOUNDARY_THRESHOLD = 0.37
BOUNDARY_TEMPERATURE = 1.7
SCORE_THRESHOLD = 0.41
SCORE_TEMPERATURE = 1.3
URGENT, SOON = 0.63, 0.29

VIEW_LOGITS = np.array([-0.9, -0.4, 0.1, 0.2, 0.3, 0.5, 0.7, 1.5], np.float32)
"""Their mean, 0.25, is none of them."""


@dataclass
class AnsweringEngine:
    """Calls the middle of every frame lesion, less surely towards its edge, and gives eight fixed scores."""

    name: str = "answering"
    suitability: FloatArray | None = None
    """(1, 2) distance and lesion logit."""
    frames: list[FloatArray] = field(default_factory=list)
    batches: list[ClassifierInput] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)

    def segment(self, folder: Path, images: FloatArray, token: CancelToken) -> SegmenterOutput:
        """Return logits that fall from 4 in the middle to -4 at the left and right edge."""
        self.frames.append(images)
        self.folders.append(folder)
        rows, _, height_px, width_px = images.shape
        along = 4.0 - 8.0 * np.abs(np.linspace(-1.0, 1.0, width_px, dtype=np.float32))
        return SegmenterOutput(
            np.broadcast_to(along, (rows, 1, height_px, width_px)).astype(np.float32),
            suitability=self.suitability,
        )

    def classify(self, folder: Path, batch: ClassifierInput, token: CancelToken) -> ClassifierOutput:
        """Return one fixed logit for each view."""
        self.batches.append(batch)
        self.folders.append(folder)
        return ClassifierOutput(VIEW_LOGITS[: len(batch.images)], {})

    def explain(self, name: str, folder: Path, batch: ClassifierInput, token: CancelToken) -> FloatArray:
        """Explain nothing."""
        return np.zeros((len(batch.images), 2, 2), np.float32)

    def overlay_names(self) -> tuple[str, ...]:
        """Return no overlay."""
        return ()

    def provider(self) -> str:
        """Return the name of no real processor."""
        return "test"

    def close(self) -> None:
        """Hold nothing."""


def awkward_shelf(folder: Path, **segmenter_changes: object) -> ModelShelf:
    """Return a shelf with an active model for each task; no figure of their cards is a usual one."""
    _write_model(
        folder / "models" / "outliner" / "3",
        input=InputSpec.for_segmentation(height_px=FRAME_SIZE_PX[0], width_px=FRAME_SIZE_PX[1]),
        threshold=BOUNDARY_THRESHOLD,
        temperature=BOUNDARY_TEMPERATURE,
        **segmenter_changes,
    )
    _write_model(
        folder / "models" / "scorer" / "2",
        task="classification",
        labels=("benign", "malignant"),
        input=InputSpec.for_classification(size_px=CROP_SIZE_PX, crop_margin=CROP_MARGIN),
        threshold=SCORE_THRESHOLD,
        temperature=SCORE_TEMPERATURE,
        triage_thresholds={"urgent": URGENT, "soon": SOON},
    )
    shelf = ModelShelf((folder / "models",), folder / "active.json")
    shelf.promote("outliner", "3", author="a test")
    shelf.promote("scorer", "2", author="a test")
    return shelf


def _write_model(folder: Path, **fields: object) -> None:
    folder.mkdir(parents=True)
    write_weights(folder / "weights.safetensors", scale=float(len(folder.parent.name)))
    spec = fields["input"]
    assert isinstance(spec, InputSpec)
    write_graph(folder / "graph.onnx", shape=("batch", 3, spec.height_px, spec.width_px))
    write_card(a_card(folder, name=folder.parent.name, version=folder.name, **fields), folder)
