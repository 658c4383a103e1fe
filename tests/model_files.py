"""A tiny but complete model folder without torch, made with the real onnx and safetensors packages."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper
from safetensors.numpy import save_file

from models.contract.files.atomic_files import sha256_of
from models.contract.shelf.card import DataSummary, InputSpec, Metric, ModelCard


def write_weights(path: Path, *, scale: float = 2.0) -> None:
    save_file({"scale": np.full((1, 1, 1, 1), scale, np.float32)}, path)


def write_graph(
    path: Path,
    *,
    location: str = "weights.safetensors",
    offset: int | None = None,
    shape: tuple[object, ...] = ("batch", 3, 32, 48),
    in_subgraph: bool = False,
) -> None:
    """A graph that multiplies the image by a number which lies in the weights file."""
    weights = path.parent / "weights.safetensors"
    start = weights.stat().st_size - 4 if offset is None else offset
    scale = TensorProto(name="scale", data_type=TensorProto.FLOAT, dims=[1, 1, 1, 1])
    scale.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", str(start)), ("length", "4")):
        scale.external_data.add(key=key, value=value)
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)
    answer = helper.make_tensor_value_info("answer", TensorProto.FLOAT, shape)
    nodes, initialisers = [helper.make_node("Mul", ["image", "scale"], ["answer"])], [scale]
    if in_subgraph:
        hidden = helper.make_node("Constant", [], ["scale"], value=scale)
        branch = helper.make_graph([hidden], "branch", [], [])
        nodes, initialisers = [helper.make_node("If", ["c"], ["answer"], then_branch=branch)], []
    graph = helper.make_graph(nodes, "tiny", [image], [answer], initialisers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    path.write_bytes(model.SerializeToString())


def a_card(folder: Path, **changes: object) -> ModelCard:
    fields: dict[str, object] = {
        "name": "tiny",
        "version": "1.0",
        "task": "segmentation",
        "architecture": "dermomamba_tiny",
        "architecture_arguments": {"width": 8},
        "labels": ("skin", "lesion"),
        "input": InputSpec.for_segmentation(height_px=32, width_px=48),
        "threshold": 0.5,
        "temperature": 1.25,
        "weights_file": "weights.safetensors",
        "weights_sha256": sha256_of(folder / "weights.safetensors"),
        "graph_file": "graph.onnx",
        "graph_sha256": sha256_of(folder / "graph.onnx"),
        "parameters": 1,
        "data": DataSummary(sources=("drawn",), licence="CC0-1.0", images_by_split={"train": 1}),
        "split": "none",
        "recipe": {"epochs": 1},
        "seed": 0,
        "trained_on": "one processor",
        "metrics": {"dice": Metric(value=0.5, low=0.4, high=0.6, n=3)},
        "limits": ("It multiplies by two.",),
        "licence": "MIT",
        "intended_use": "Tests.",
        "created_at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    }
    return ModelCard.model_validate(fields | changes)
