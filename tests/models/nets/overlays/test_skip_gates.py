import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets import build
from models.nets.layers.cbam import CBAM
from models.nets.overlays.skip_gates import skip_gate_map
from models.nets.segmentation.dermomamba import DermoMamba
from models.nets.segmentation.dermomamba_efficient import DermoMambaEfficient

Gated = DermoMamba | DermoMambaEfficient

NAMES = ["dermomamba_tiny", "dermomamba_lean", "dermomamba_efficient_tiny"]


@pytest.fixture(params=NAMES)
def network(request: pytest.FixtureRequest) -> Gated:
    """A network whose gates differ from place to place."""
    torch.manual_seed(0)
    network = build(request.param).eval()
    assert isinstance(network, Gated)
    for each in network.skip_attention:
        assert isinstance(each, CBAM)
        nn.init.normal_(each.spatial_norm.bias)
    return network


def images() -> Tensor:
    return torch.randn(2, 3, 32, 64, generator=torch.Generator().manual_seed(0))


@torch.no_grad()
def gates_of_a_run(network: Gated) -> list[Tensor]:
    """What the gates were while the network outlined, in the order of its decoder."""
    seen: list[Tensor] = []
    hooks = [
        module.spatial_norm.register_forward_hook(lambda *run: seen.append(run[2].sigmoid()[:, 0]))
        for module in network.modules()
        if isinstance(module, CBAM)
    ]
    network(images())
    for hook in hooks:
        hook.remove()
    return seen


def test_the_gates_are_those_that_the_decoder_reads_through(network: Gated) -> None:
    expected = gates_of_a_run(network)

    found = network.skip_gates(images())

    assert len(found) == len(expected) == len(network.decoder)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_the_map_is_the_mean_of_all_levels_on_the_finest_grid(network: Gated) -> None:
    gates = gates_of_a_run(network)
    finest = tuple(gates[-1].shape[1:])
    brought = [functional.interpolate(gate[:, None], finest, mode="bilinear")[:, 0] for gate in gates]

    found = skip_gate_map(network, images())

    assert found.shape == (2, *finest)
    assert finest[0] >= 16
    assert 0.0 < found.min() < found.max() < 1.0
    torch.testing.assert_close(found, sum(brought) / len(brought))
