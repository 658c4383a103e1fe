from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from models.nets import build
from models.nets.classification.mambaderm_hierarchical import MambaDermHierarchical
from models.nets.layers.attention_gates import ChannelGate, SpatialGate
from models.nets.overlays.gate import gate_map
from models.nets.overlays.grad_cam import grad_cam
from models.nets.overlays.hidden_attention import hidden_attention_map
from tests.models.nets.classification.dark_from_bright import loss_after_a_few_steps


@pytest.fixture
def network() -> MambaDermHierarchical:
    torch.manual_seed(0)
    network = build("mambaderm_hierarchical_tiny").eval()
    assert isinstance(network, MambaDermHierarchical)
    return network


def opened(network: nn.Module) -> None:
    """Give every linear map and convolution enough weight for changes to be seen at the end."""
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            nn.init.normal_(module.weight, std=module.weight[0].numel() ** -0.5)


def test_a_deeper_first_stage_has_its_published_number_of_parameters() -> None:
    with torch.device("meta"):
        network = build("mambaderm_hierarchical", depths=(2, 2, 6))

    assert sum(parameter.numel() for parameter in network.parameters()) == 31_572_375


@pytest.mark.parametrize(("size_px", "grid"), [((64, 64), (4, 4)), ((112, 112), (7, 7)), ((48, 80), (3, 5))])
def test_both_kinds_of_evidence_lie_on_a_grid_at_a_sixteenth(
    network: MambaDermHierarchical, size_px: tuple[int, int], grid: tuple[int, int]
) -> None:
    evidence = network.evidence(torch.randn(2, 3, *size_px))

    assert evidence.local.shape == evidence.context.shape == (2, *grid, 24)


def test_a_size_whose_cells_do_not_divide_is_refused_with_what_works(network: MambaDermHierarchical) -> None:
    with pytest.raises(ValueError, match="multiples of 16 px, not 72x64"):
        network.evidence(torch.randn(1, 3, 72, 64))


def test_local_evidence_does_not_depend_on_the_last_stage(network: MambaDermHierarchical) -> None:
    images = torch.randn(1, 3, 64, 64)
    before = network.evidence(images)
    opened(network.stages[-1])
    after = network.evidence(images)

    assert torch.equal(after.local, before.local)
    assert not torch.equal(after.context, before.context)


def test_local_evidence_takes_from_every_finer_stage(network: MambaDermHierarchical) -> None:
    images = torch.randn(1, 3, 64, 64)
    before = network.evidence(images).local
    for lateral in network.lateral:
        weight = lateral.weight.detach().clone()
        nn.init.zeros_(lateral.weight)
        assert not torch.allclose(network.evidence(images).local, before, atol=1e-6)
        lateral.weight.data.copy_(weight)


def test_overlays_that_need_no_frozen_pass_work_on_it_too(
    network: MambaDermHierarchical, inputs: tuple[Tensor, ...]
) -> None:
    explained = network.forward_explained(*inputs)

    assert explained.hidden_attention.min() >= 0
    torch.testing.assert_close(gate_map(network, *inputs), explained.gate)
    torch.testing.assert_close(hidden_attention_map(network, *inputs), explained.hidden_attention)
    assert grad_cam(network, *inputs).shape == (2, 6, 6)


def test_the_channel_gate_weighs_by_the_whole_grid() -> None:
    torch.manual_seed(0)
    gate, x = ChannelGate(16), torch.randn(2, 3, 5, 16)

    weight = gate(x) / x

    torch.testing.assert_close(weight, weight[:, :1, :1].expand_as(weight), rtol=1e-3, atol=1e-5)
    assert ((weight > 0) & (weight < 1)).all()


def test_the_spatial_gate_weighs_all_channels_of_a_place_alike() -> None:
    torch.manual_seed(0)
    gate, x = SpatialGate(), torch.randn(2, 9, 10, 4)
    moved = x.clone()
    moved[:, 0, 0] += 10.0

    weight, after = gate(x) / x, gate(moved) / moved

    torch.testing.assert_close(weight, weight[..., :1].expand_as(weight), rtol=1e-3, atol=1e-5)
    assert (weight[:, :4, :4] != after[:, :4, :4]).any()
    torch.testing.assert_close(weight[:, 4:], after[:, 4:])


def test_a_few_steps_of_training_tell_dark_from_bright(make_batch: Callable[..., tuple[Tensor, ...]]) -> None:
    torch.manual_seed(0)
    network = build("mambaderm_hierarchical_tiny", drop_path=0.0, dropout=0.0)
    assert loss_after_a_few_steps(network, make_batch) < 0.3
