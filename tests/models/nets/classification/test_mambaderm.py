from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets import build
from models.nets.classification.mambaderm import MambaDerm, mambaderm_lite
from models.nets.layers.convnext import ConvNeXtBlock, Downsampling, PatchEmbedding
from models.nets.layers.ss2d import SS2D
from tests.models.nets.classification.dark_from_bright import loss_after_a_few_steps

LEDGER: dict[str, tuple[int, int]] = {
    "patchify": (4_896, 3_264),
    "blocks": (26_262_720, 10_140_288),
    "downsamplings": (1_550_976, 689_920),
    "lateral of stage 3": (73_920, 32_896),
    "lateral of stage 4": (147_648, 65_664),
    "local norm": (384, 256),
    "position": (37_632, 25_088),
    "scan layers": (2_544_384, 553_216),
    "context norm": (384, 256),
    "table": (441_664, 433_408),
    "gate": (73_920, 32_896),
    "cross attention": (148_224, 66_048),
    "fusion norms": (1_152, 768),
    "head": (93_121, 41_601),
}
"""Parameters of each part, (MambaDerm, MambaDerm-Lite)."""


def counted(modules: nn.Module | list[nn.Module]) -> int:
    several = modules if isinstance(modules, list) else [modules]
    return sum(parameter.numel() for module in several for parameter in module.parameters())


def of_kind(network: nn.Module, kind: type[nn.Module]) -> list[nn.Module]:
    return [module for module in network.modules() if isinstance(module, kind)]


def ledger(network: MambaDerm) -> dict[str, int]:
    attention = network.fusion.attention
    projections: list[nn.Module] = [attention.query, attention.key, attention.value, attention.output]
    norms: list[nn.Module] = [attention.norm_image, attention.norm_table, network.fusion.norm]
    return {
        "patchify": counted(of_kind(network, PatchEmbedding)),
        "blocks": counted(of_kind(network, ConvNeXtBlock)),
        "downsamplings": counted(of_kind(network, Downsampling)),
        "lateral of stage 3": counted(network.local_tokens.fine),
        "lateral of stage 4": counted(network.local_tokens.coarse),
        "local norm": counted(network.local_tokens.norm),
        "position": counted(network.position),
        "scan layers": counted(network.context),
        "context norm": counted(network.norm_context),
        "table": counted(network.table),
        "gate": counted(network.gate),
        "cross attention": counted(projections),
        "fusion norms": counted(norms),
        "head": counted(network.head),
    }


@pytest.mark.parametrize(
    ("make", "column", "total"), [(MambaDerm, 0, 31_381_025), (mambaderm_lite, 1, 12_085_569)]
)
def test_every_part_has_the_published_number_of_parameters(
    make: Callable[[], MambaDerm], column: int, total: int
) -> None:
    network = make()

    assert ledger(network) == {part: counts[column] for part, counts in LEDGER.items()}
    assert counted(network) == total


@pytest.mark.parametrize(("side_px", "grid"), [(64, 4), (96, 6), (112, 7), (224, 14)])
def test_any_square_image_gives_a_logit_and_maps_at_a_sixteenth(
    network: MambaDerm, make_batch: Callable[..., tuple[Tensor, ...]], side_px: int, grid: int
) -> None:
    images, numeric, categorical = make_batch(samples=3, side_px=side_px)

    explained = network.forward_explained(images, numeric, categorical)

    assert explained.logits.shape == (3, 1)
    assert explained.gate.shape == (3, grid, grid)
    assert explained.hidden_attention.shape == (3, grid, grid)
    assert explained.local_tokens.shape == (3, grid, grid, 16)
    assert explained.fused_tokens.shape == (3, grid * grid, 16)
    torch.testing.assert_close(explained.logits, network(images, numeric, categorical))


def test_samples_of_a_batch_do_not_see_each_other(
    network: MambaDerm, make_batch: Callable[..., tuple[Tensor, ...]]
) -> None:
    inputs = make_batch(samples=3)

    together = network(*inputs)
    alone = torch.cat([network(*(tensor[i : i + 1] for tensor in inputs)) for i in range(3)])

    torch.testing.assert_close(together, alone, atol=1e-6, rtol=1e-5)


def test_the_gate_starts_at_one_half(network: MambaDerm, inputs: tuple[Tensor, ...]) -> None:
    gate = network.forward_explained(*inputs).gate

    assert torch.equal(network.gate.projection.bias, torch.zeros(16))
    assert (gate - 0.5).abs().max() < 0.05
    assert gate.std() > 0


@pytest.mark.parametrize("name", ["mambaderm_tiny", "mambaderm_lite"])
def test_step_sizes_and_decays_survive_the_initialisation_of_the_rest(name: str) -> None:
    torch.manual_seed(0)
    scans = of_kind(build(name), SS2D)

    assert scans
    for scan in scans:
        assert isinstance(scan, SS2D)
        step = functional.softplus(scan.delta_bias)
        assert step.min() >= 1e-4
        assert step.max() <= 0.1001
        assert step.max() > 10 * step.min()
        rank, states = scan.delta_weight.shape[-1], scan.a_log.shape[-1]
        assert scan.delta_weight.std().item() == pytest.approx((3 * rank) ** -0.5, rel=0.1)
        torch.testing.assert_close(scan.a_log.exp(), torch.arange(1.0, states + 1).expand_as(scan.a_log))


def test_the_same_seed_gives_the_same_network_and_the_same_score(inputs: tuple[Tensor, ...]) -> None:
    logits = []
    for _ in range(2):
        torch.manual_seed(7)
        logits.append(build("mambaderm_tiny").eval()(*inputs))
    torch.manual_seed(8)
    other = build("mambaderm_tiny").eval()(*inputs)

    assert torch.equal(logits[0], logits[1])
    assert not torch.equal(logits[0], other)


def test_training_reaches_every_parameter(network: MambaDerm, inputs: tuple[Tensor, ...]) -> None:
    network.train()
    target = torch.tensor([[1.0], [0.0]])

    functional.binary_cross_entropy_with_logits(network(*inputs), target).backward()

    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        # A shift of all keys by the same amount leaves a softmax as it is, so this bias cannot learn.
        if not name.endswith("attention.key.bias"):
            assert parameter.grad.abs().sum() > 0, name


def test_a_few_steps_of_training_tell_dark_from_bright(make_batch: Callable[..., tuple[Tensor, ...]]) -> None:
    torch.manual_seed(0)
    network = build("mambaderm_tiny", drop_path=0.0, dropout=0.0)
    assert loss_after_a_few_steps(network, make_batch) < 0.3


def test_mixed_precision_gives_nearly_the_same_score(network: MambaDerm, inputs: tuple[Tensor, ...]) -> None:
    with torch.autocast("cpu", torch.bfloat16):
        mixed = network(*inputs)

    torch.testing.assert_close(mixed.float(), network(*inputs), atol=0.02, rtol=0.05)
