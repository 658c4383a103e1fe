"""MambaDerm on a pretrained stem, whole and without its VMamba layers or its gate."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

import resources
from models.contract.shelf.card import read_card
from models.export import LARGEST_DIFFERENCE, GraphSignature, export_graph
from models.nets import build
from models.nets.classification.export_form import form_for_export, graph_inputs, graph_outputs
from models.nets.classification.mambaderm_efficient import mambaderm_efficient_tiny
from models.nets.overlays import overlays_of
from models.nets.weights import load_weights, round_to_half, save_weights

WHOLE, LAYER, GATE = 5_707_329, 636_096, 73_920
WITHOUT_SCANS = {"layers": 0}
WITHOUT_GATE = {"has_gate": False}
STEM_AND_HEAD = {"layers": 0, "has_gate": False}
ABLATED = [WITHOUT_SCANS, WITHOUT_GATE, STEM_AND_HEAD]

Batch = tuple[Tensor, ...]


@pytest.mark.parametrize(
    ("left_out", "parameters"),
    [
        ({}, WHOLE),
        (WITHOUT_SCANS, WHOLE - 2 * LAYER),
        (WITHOUT_GATE, WHOLE - GATE),
        (STEM_AND_HEAD, WHOLE - 2 * LAYER - GATE),
    ],
)
def test_what_is_left_out_takes_its_parameters_along(left_out: dict[str, object], parameters: int) -> None:
    network = build("mambaderm_efficient", **left_out)

    assert sum(each.numel() for each in network.parameters()) == parameters


def test_published_weights_fill_the_whole_network() -> None:
    folder = resources.path("models", "mambaderm_efficient", "2")
    network = build("mambaderm_efficient", **read_card(folder).architecture_arguments)
    drawn = network.get_parameter("gate.projection.weight").clone()

    load_weights(network, folder)

    assert not torch.equal(network.get_parameter("gate.projection.weight"), drawn)


def test_without_the_gate_the_score_is_read_from_the_context_alone(inputs: Batch) -> None:
    network = mambaderm_efficient_tiny(has_gate=False).eval()

    _, context = network.evidence(inputs[0])

    torch.testing.assert_close(network.image_tokens(inputs[0]), context.flatten(1, 2))


def test_without_the_scans_no_place_learns_of_another(inputs: Batch) -> None:
    network = mambaderm_efficient_tiny(layers=0).eval()
    local, context = network.evidence(inputs[0])

    torch.testing.assert_close(context, network.norm_context(network.placed(local)))


@pytest.mark.parametrize("left_out", ABLATED)
def test_an_ablated_network_offers_only_what_it_can_show(left_out: dict[str, object], inputs: Batch) -> None:
    network = mambaderm_efficient_tiny(**left_out).eval()
    scans = {"hidden_attention", "rollout", "attribution_rollout"} if "layers" in left_out else set()
    gate = {"gate"} if "has_gate" in left_out else set()

    whole = overlays_of(mambaderm_efficient_tiny())
    assert overlays_of(network) == tuple(name for name in whole if name not in scans | gate)
    logits, maps = network.maps(*inputs)
    assert tuple(maps) == network.graph_maps
    assert set(maps) <= set(overlays_of(network))
    torch.testing.assert_close(logits, network(*inputs))


@pytest.mark.slow
def test_stem_and_head_alone_can_be_exported(make_batch: Callable[..., Batch], tmp_path: Path) -> None:
    network = mambaderm_efficient_tiny(**STEM_AND_HEAD).eval()
    round_to_half(network)
    save_weights(network, tmp_path)
    signature = GraphSignature(graph_inputs(network), graph_outputs(network))
    examples = [dict(zip(signature.inputs, make_batch(count, 64), strict=True)) for count in (2, 1)]

    difference = export_graph(form_for_export(network).eval(), signature, examples, tmp_path)

    assert signature.outputs == ("logits",)
    assert difference <= LARGEST_DIFFERENCE
