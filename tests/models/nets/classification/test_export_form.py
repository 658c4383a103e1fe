from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
import torch
from torch import Tensor

from models.contract.shelf.card import GRAPH_FILE
from models.export import LARGEST_DIFFERENCE, GraphSignature, export_graph
from models.nets.classification.export_form import ExplainedForExport
from models.nets.classification.mambaderm import MambaDerm, mambaderm_tiny
from models.nets.weights import round_to_half, save_weights

SIGNATURE = GraphSignature(("images", "numeric", "categorical"), ("logits", "gate", "hidden_attention"))


@pytest.mark.slow
def test_a_graph_gives_the_score_and_its_maps_for_any_batch_with_missing_metadata(
    make_batch: Callable[..., tuple[Tensor, ...]], tmp_path: Path
) -> None:
    torch.manual_seed(0)
    network = mambaderm_tiny(stem_depths=(1, 1, 1, 1), layers=1).eval()
    round_to_half(network)
    save_weights(network, tmp_path)
    examples = [dict(zip(SIGNATURE.inputs, make_batch(n, 64), strict=True)) for n in (2, 1, 3)]
    examples[1]["numeric"].fill_(torch.nan)
    examples[1]["categorical"].zero_()

    difference = export_graph(ExplainedForExport(network), SIGNATURE, examples, tmp_path)

    assert difference <= LARGEST_DIFFERENCE
    graph = onnx.load(tmp_path / GRAPH_FILE, load_external_data=False).graph
    assert [output.name for output in graph.output] == ["logits", "gate", "hidden_attention"]
    # The one layer, and its four directions read backwards.
    assert sum(node.op_type == "Scan" for node in graph.node) == 1 + 4


def test_the_form_for_export_changes_nothing(network: MambaDerm, inputs: tuple[Tensor, ...]) -> None:
    explained = network.forward_explained(*inputs)

    logits, gate, attention = ExplainedForExport(network)(*inputs)

    assert torch.equal(logits, explained.logits)
    assert torch.equal(gate, explained.gate)
    assert torch.equal(attention, explained.hidden_attention)
