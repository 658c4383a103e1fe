from collections.abc import Callable

import pytest
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn

from models.nets.classification.mambaderm import MambaDerm
from models.nets.overlays import OVERLAYS, Overlay
from models.nets.overlays.grad_cam import grad_cam, grad_cam_of_stem
from models.nets.overlays.gradient_x_input import gradient_x_input
from models.nets.overlays.relevance_share import positive_share_inside

every_overlay = pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda overlay: overlay.name)


def rank_correlation(one: Tensor, other: Tensor) -> float:
    return float(spearmanr(one.flatten().numpy(), other.flatten().numpy()).statistic)


def test_the_offered_overlays_are_known_by_name() -> None:
    assert [(overlay.name, overlay.is_signed) for overlay in OVERLAYS] == [
        ("gradient_x_input", True),
        ("hidden_attention", False),
        ("gate", False),
        ("grad_cam", False),
    ]


@every_overlay
def test_an_overlay_is_one_finite_map_per_sample(
    overlay: Overlay, network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    maps = overlay.compute(network, *inputs)

    assert maps.shape == (2, 6, 6)
    assert maps.dtype == torch.float32
    assert not maps.requires_grad
    assert torch.isfinite(maps).all()
    assert maps.std() > 0
    assert overlay.is_signed or maps.min() >= 0


@every_overlay
def test_an_overlay_of_one_sample_does_not_depend_on_the_others(
    overlay: Overlay, network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    together = overlay.compute(network, *inputs)
    alone = overlay.compute(network, *(tensor[1:] for tensor in inputs))

    torch.testing.assert_close(together[1:], alone, atol=1e-6, rtol=1e-4)


@every_overlay
@pytest.mark.parametrize("value", [0.0, 2.5])
def test_an_overlay_of_a_plain_image_is_finite(
    overlay: Overlay, value: float, network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    maps = overlay.compute(network, torch.full_like(inputs[0], value), *inputs[1:])

    assert torch.isfinite(maps).all()


@every_overlay
def test_an_overlay_leaves_no_trace_in_the_network(
    overlay: Overlay, network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    before = network(*inputs)

    first, second = overlay.compute(network, *inputs), overlay.compute(network, *inputs)

    assert torch.equal(first, second)
    assert torch.equal(network(*inputs), before)
    assert all(parameter.grad is None for parameter in network.parameters())


@every_overlay
def test_the_server_may_have_switched_gradients_off(
    overlay: Overlay, network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    with torch.no_grad():
        without = overlay.compute(network, *inputs)

    assert torch.equal(without, overlay.compute(network, *inputs))


@pytest.mark.parametrize("explain", [gradient_x_input, grad_cam, grad_cam_of_stem])
def test_another_head_explains_its_score_with_another_map(
    explain: Callable[..., Tensor], network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    one_sample = tuple(tensor[:1] for tensor in inputs)
    before = explain(network, *one_sample)
    correlations = []
    for seed in range(8):
        torch.manual_seed(seed)
        for layer in (network.head.reduce, network.head.refine, network.head.score):
            nn.init.trunc_normal_(layer.weight, std=0.02)
        correlations.append(rank_correlation(before, explain(network, *one_sample)))

    assert sum(correlations) / len(correlations) < 0.5


def test_removing_the_most_relevant_tokens_lowers_the_score_most(
    network: MambaDerm, inputs: tuple[Tensor, ...]
) -> None:
    images, table = inputs[0][:1], network.table(inputs[1][:1], inputs[2][:1])
    relevance = gradient_x_input(network, *(tensor[:1] for tensor in inputs)).flatten()
    local = network.evidence(images).local
    draw = torch.Generator().manual_seed(0)

    def score_without(tokens: Tensor) -> float:
        kept = local.flatten(1, 2).clone()
        kept[:, tokens] = 0.0
        evidence = network.with_context(kept.view_as(local))
        mixed = network.gated(evidence, network.gate(*evidence))
        return network.head(network.fusion(mixed, table), table).item()

    fifth = len(relevance) // 5
    without_best = score_without(relevance.topk(fifth).indices)
    without_any = [score_without(torch.randperm(len(relevance), generator=draw)[:fifth]) for _ in range(20)]

    assert without_best < min(without_any)


def test_grad_cam_of_the_fused_tokens_is_its_formula(network: MambaDerm, inputs: tuple[Tensor, ...]) -> None:
    fused = network.forward_explained(*inputs).fused_tokens.detach().requires_grad_()
    score = network.head(fused, network.table(*inputs[1:])).sum()
    (slope,) = torch.autograd.grad(score, fused)
    expected = torch.einsum("blc,bc->bl", fused, slope.mean(1)).clamp(min=0).view(2, 6, 6)

    torch.testing.assert_close(grad_cam(network, *inputs), expected)


def test_grad_cam_of_the_stem_has_the_coarsest_grid(network: MambaDerm, inputs: tuple[Tensor, ...]) -> None:
    maps = grad_cam_of_stem(network, *inputs)

    assert maps.shape == (2, 3, 3)
    assert maps.min() >= 0
    assert maps.max() > 0


def test_the_share_inside_a_lesion_counts_covered_area() -> None:
    maps = torch.tensor([[[3.0, 1.0], [-5.0, 0.0]], [[0.0, 0.0], [0.0, -1.0]]])
    masks = torch.zeros(2, 4, 4, dtype=torch.bool)
    masks[:, :2, :3] = True

    share = positive_share_inside(maps, masks)

    assert share[0].item() == pytest.approx((3.0 + 0.5) / 4.0)
    assert share[1].isnan()
