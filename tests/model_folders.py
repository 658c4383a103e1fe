"""Small but complete model folders: real architectures with random weights, real graphs, real cards."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch import nn

from models.contract.lesion.tabular import CATEGORICAL_FEATURES, NUMERIC_FEATURES
from models.contract.shelf.card import (
    GRAPH_FILE,
    Calibration,
    DataSummary,
    InputSpec,
    Metric,
    ModelCard,
    ModelTask,
    write_card,
)
from models.contract.shelf.model_shelf import ModelShelf
from models.export import GraphSignature, export_graph
from models.nets import build
from models.nets.classification.score_network import ScoreNetwork
from models.nets.segmentation.click_refiner import ClickRefiner
from models.nets.weights import round_to_half, save_weights
from tests.captured_graphs import captured_once
from training.tasks.graph_form import boundary_graph, refiner_graph, score_graph

SEGMENTER_SIZE_PX = (48, 64)
CROP_SIZE_PX = 64
REFINER_SIZE_PX = (32, 64)


def random_batch(rows: int, height_px: int, width_px: int, *, with_table: bool) -> dict[str, torch.Tensor]:
    """Return inputs of a network, half of the numbers in the table missing."""
    batch = {"images": torch.randn(rows, 3, height_px, width_px)}
    if with_table:
        numeric = torch.randn(rows, len(NUMERIC_FEATURES))
        batch["numeric"] = numeric.masked_fill(torch.rand_like(numeric) < 0.5, torch.nan)
        batch["categorical"] = torch.randint(0, 3, (rows, len(CATEGORICAL_FEATURES)))
    return batch


def random_guidance(rows: int, height_px: int, width_px: int) -> torch.Tensor:
    """Return masks and disks of clicks as a refiner reads them, though of no shape that a person draws."""
    return torch.randint(0, 2, (rows, 3, height_px, width_px)).float()


def write_model(
    root: Path,
    architecture: str,
    task: ModelTask,
    *,
    seed: int = 1,
    with_graph: bool = True,
    size_px: tuple[int, int] | None = None,
    redraw: Callable[[nn.Module], None] | None = None,
) -> Path:
    """Write ``root/<architecture>/1`` with weights, graph and card, and return it.

    Without a graph its file is empty, which spares the seconds of an export where only torch reads it.
    ``redraw`` changes the random weights before they are written.
    """
    torch.manual_seed(seed)
    network = build(architecture).eval()
    if redraw is not None:
        redraw(network)
    round_to_half(network)
    folder = root / architecture.replace("_", "-") / "1"
    folder.mkdir(parents=True)
    save_weights(network, folder)
    is_classifier = task == "classification"
    size_px = size_px or ((CROP_SIZE_PX, CROP_SIZE_PX) if is_classifier else SEGMENTER_SIZE_PX)
    parity = 0.0
    if with_graph:
        examples = [
            {
                **random_batch(rows, *size_px, with_table=is_classifier),
                "guidance": random_guidance(rows, *size_px),
            }
            for rows in (2, 3)
        ]
        form, signature = _graph_form(network)
        with captured_once():
            parity = export_graph(form, signature, examples, folder)
    else:
        (folder / GRAPH_FILE).touch()
    write_card(_card(folder, architecture, task, network, parity, size_px), folder)
    return folder


def heed_guidance(network: nn.Module) -> None:
    """Draw the weights with which a refiner heeds clicks: an untrained one starts without."""
    assert isinstance(network, ClickRefiner)
    for weight in network.guidance.parameters():
        nn.init.normal_(weight)


def shelf_with_tiny_models(folder: Path) -> ModelShelf:
    """Return a shelf on which one tiny model is active for each task."""
    shelf = ModelShelf((folder / "models",), folder / "active.json")
    sizes_px: dict[tuple[str, ModelTask], tuple[int, int] | None] = {
        ("dermomamba_tiny", "segmentation"): None,
        ("mambaderm_tiny", "classification"): None,
        ("click_refiner_tiny", "refinement"): REFINER_SIZE_PX,
    }
    for (architecture, task), size_px in sizes_px.items():
        redraw = heed_guidance if task == "refinement" else None
        model = write_model(folder / "models", architecture, task, size_px=size_px, redraw=redraw)
        shelf.promote(model.parent.name, "1", author="a test")
    return shelf


def _graph_form(network: nn.Module) -> tuple[nn.Module, GraphSignature]:
    if isinstance(network, ClickRefiner):
        return refiner_graph(network)
    return score_graph(network) if isinstance(network, ScoreNetwork) else boundary_graph(network)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _card(
    folder: Path,
    architecture: str,
    task: ModelTask,
    network: nn.Module,
    parity: float,
    size_px: tuple[int, int],
) -> ModelCard:
    if task != "classification":
        labels = ("skin", "lesion")
        spec = InputSpec.for_segmentation(height_px=size_px[0], width_px=size_px[1])
    else:
        labels = ("benign", "malignant")
        spec = InputSpec.for_classification(size_px=size_px[0], crop_margin=0.25)
    return ModelCard(
        name=folder.parent.name,
        version=folder.name,
        task=task,
        architecture=architecture,
        labels=labels,
        input=spec,
        threshold=0.5,
        temperature=1.5,
        triage_thresholds={"urgent": 0.6, "soon": 0.3} if task == "classification" else {},
        weights_file="weights.safetensors",
        weights_sha256=_sha256(folder / "weights.safetensors"),
        graph_file="graph.onnx",
        graph_sha256=_sha256(folder / "graph.onnx"),
        parameters=sum(weight.numel() for weight in network.parameters()),
        parity_max_abs_difference=parity,
        data=DataSummary(sources=("none",), licence="none", images_by_split={}),
        split="none",
        recipe={},
        seed=1,
        trained_on="not trained",
        metrics={"dice": Metric(value=0.0, n=0)},
        calibration=Calibration(method="none", fitted_on="none"),
        limits=("Random weights: for tests only.",),
        licence="MIT",
        intended_use="tests",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
