"""A tiny but complete model folder for every test of the contract."""

from collections.abc import Callable
from pathlib import Path

import onnx
import pytest

from models.contract.shelf.card import write_card
from tests.model_files import a_card, write_graph, write_weights

MakeModel = Callable[..., Path]


@pytest.fixture
def make_model(tmp_path: Path) -> MakeModel:
    """Makes a model folder; keyword arguments change its card, ``graph`` its graph."""

    def make(
        folder_name: str = "incoming", graph: dict[str, object] | None = None, **changes: object
    ) -> Path:
        folder = tmp_path / folder_name
        folder.mkdir(parents=True)
        write_weights(folder / "weights.safetensors")
        write_graph(folder / "graph.onnx", **(graph or {}))
        onnx.load(folder / "graph.onnx", load_external_data=False)
        write_card(a_card(folder, **changes), folder)
        return folder

    return make
