"""Exported graphs: the same numbers, one copy of the weights, nothing about the machine they were made on."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from models import export
from models.contract.shelf.card import read_card
from models.export import (
    LARGEST_DIFFERENCE,
    SEGMENTER,
    GraphSignature,
    ParityError,
    export_graph,
    largest_difference,
)
from models.nets import build
from models.nets.layers.ss2d import SS2D
from models.nets.weights import load_weights, round_to_half, save_weights
from tests.model_folders import SEGMENTER_SIZE_PX, random_batch

MODELS = ("dermomamba-tiny", "mambaderm-tiny", "click-refiner-tiny")


def _graph(tiny_models: Path, name: str) -> onnx.ModelProto:
    return onnx.load(tiny_models / "models" / name / "1" / "graph.onnx", load_external_data=False)


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _nodes(attribute.g)


@pytest.mark.parametrize("name", MODELS)
def test_a_graph_points_into_the_weights_file_instead_of_holding_weights(
    tiny_models: Path, name: str
) -> None:
    folder = tiny_models / "models" / name / "1"
    external = [each for each in _graph(tiny_models, name).graph.initializer if each.external_data]
    assert external
    locations = {entry.value for each in external for entry in each.external_data if entry.key == "location"}
    assert locations == {"weights.safetensors"}
    inside = [each for each in _graph(tiny_models, name).graph.initializer if not each.external_data]
    assert max(len(each.raw_data) for each in inside) <= 4096
    assert (folder / "graph.onnx").stat().st_size < 1_500_000


@pytest.mark.parametrize("name", MODELS)
def test_a_graph_says_nothing_about_the_machine_it_was_made_on(tiny_models: Path, name: str) -> None:
    content = (tiny_models / "models" / name / "1" / "graph.onnx").read_bytes()
    assert str(Path(__file__).resolve().parents[2]).encode() not in content
    assert b"Traceback" not in content


@pytest.mark.parametrize("name", MODELS)
def test_the_parity_figure_on_the_card_is_within_tolerance(tiny_models: Path, name: str) -> None:
    card = read_card(tiny_models / "models" / name / "1")
    assert card.parity_max_abs_difference is not None
    assert card.parity_max_abs_difference <= LARGEST_DIFFERENCE


def test_a_segmenter_has_one_scan_node_for_each_ss2d_call(tiny_models: Path) -> None:
    scans = [node for node in _nodes(_graph(tiny_models, "dermomamba-tiny").graph) if node.op_type == "Scan"]
    modules = [each for each in build("dermomamba_tiny").modules() if isinstance(each, SS2D)]
    assert len(scans) == len(modules)


@pytest.mark.parametrize("rows", [1, 4])
def test_the_batch_of_a_graph_is_open(tiny_models: Path, rows: int) -> None:
    folder = tiny_models / "models" / "dermomamba-tiny" / "1"
    network = build("dermomamba_tiny").eval()
    load_weights(network, folder)
    batch = random_batch(rows, *SEGMENTER_SIZE_PX, with_table=False)
    assert largest_difference(network, SEGMENTER, [batch], folder / "graph.onnx") <= LARGEST_DIFFERENCE


class OtherwiseWhenExported(torch.nn.Module):
    """A network whose graph does not compute what it computes itself."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 1, 3, padding=1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.conv(images)
        return logits + 0.1 if torch.compiler.is_exporting() else logits


def test_a_graph_that_computes_something_else_is_not_kept(tmp_path: Path) -> None:
    network = OtherwiseWhenExported().eval()
    round_to_half(network)
    folder = tmp_path / "odd" / "1"
    folder.mkdir(parents=True)
    save_weights(network, folder)
    batch = random_batch(2, 16, 16, with_table=False)
    with pytest.raises(ParityError, match="differ by"):
        export_graph(network, SEGMENTER, [batch], folder)
    assert not (folder / "graph.onnx").exists()


class _SecondOutputIsNoNumber:
    def run(self, names: list[str], inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        return [inputs["images"], np.full_like(inputs["images"], np.nan)]


def test_an_output_that_is_no_number_counts_as_a_difference_wherever_it_stands() -> None:
    example = {"images": torch.ones(2, 3)}
    signature = GraphSignature(("images",), ("same", "broken"))
    found = export._difference(_Twice(), signature, example, _SecondOutputIsNoNumber())
    assert not found <= LARGEST_DIFFERENCE


class _Twice(torch.nn.Module):
    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return images, images


def test_rounded_weights_come_back_bit_for_bit(tmp_path: Path) -> None:
    network = build("dermomamba_tiny")
    round_to_half(network)
    save_weights(network, tmp_path)
    again = build("dermomamba_tiny")
    load_weights(again, tmp_path)
    pairs = zip(network.state_dict().values(), again.state_dict().values(), strict=True)
    assert all(torch.equal(ours, theirs) for ours, theirs in pairs)


def test_weights_beyond_half_precision_are_refused(tmp_path: Path) -> None:
    network = torch.nn.Linear(2, 2)
    with torch.no_grad():
        network.weight.fill_(1e6)
    with pytest.raises(ValueError, match="not finite in half precision"):
        save_weights(network, tmp_path)
