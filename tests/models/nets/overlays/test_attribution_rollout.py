"""Gradient-weighted rollout, against the same written out for small networks, layer by layer."""

from collections.abc import Callable

import pytest
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn
from torch.nn import functional

from models.nets import build
from models.nets.classification.score_network import ScoreNetwork
from models.nets.explainable import MixesTokens, Mixing
from models.nets.layers.attention import SelfAttention
from models.nets.layers.mamba import Mamba
from models.nets.layers.scan.reading import Scans
from models.nets.layers.ss2d import SS2D
from models.nets.layers.vision_mixer import VisionMixer
from models.nets.overlays.attribution_rollout import attribution_rollout, weighted_matrix
from models.nets.overlays.hidden_matrix import hidden_matrix, slope_times_matrix
from models.nets.overlays.rollout import rollout_map
from models.nets.overlays.slopes import leanings

GRID, WIDTH = (2, 3), 8


class SmallNetwork(nn.Module):
    """Layers that mix the six tokens of an image of 2 x 3 px, and a linear score of their mean."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.head = nn.Linear(WIDTH, 1)

    def forward(self, images: Tensor) -> Tensor:
        tokens = images.permute(0, 2, 3, 1)
        for layer in self.layers:
            flat = tokens if isinstance(layer, SS2D) else tokens.flatten(1, 2)
            tokens = tokens + layer(flat).view(tokens.shape)
        score: Tensor = self.head(tokens.mean(dim=(1, 2)))
        return score

    def mixing(self, height_px: int, width_px: int) -> Mixing:
        return Mixing(tuple(self.layers), (height_px, width_px), max(height_px, width_px))


def scan_layer(kind: type[SS2D | Mamba | VisionMixer]) -> nn.Module:
    """A layer whose steps are long, so that its matrix is no mere diagonal, and whose norms do something."""
    layer = kind(WIDTH, 4)
    layer.delta_bias.data.normal_(0.0, 1.0)
    if isinstance(layer, SS2D):
        layer.norm.weight.data.uniform_(0.5, 1.5)
    return layer


def small(*layers: nn.Module) -> SmallNetwork:
    return SmallNetwork(*layers).eval()


def images(samples: int = 2) -> Tensor:
    return torch.randn(samples, WIDTH, *GRID, generator=torch.Generator().manual_seed(3))


def after_the_scan(layer: nn.Module, tokens: Tensor, y: Tensor) -> Tensor:
    """What a layer makes of its scan's output (B, L, D), written out."""
    if isinstance(layer, SS2D):
        gate = layer.in_proj(tokens).chunk(2, dim=-1)[1].flatten(1, 2)
        return layer.out_proj(layer.norm(y) * functional.silu(gate))
    if isinstance(layer, Mamba):
        return layer.out_proj(y * functional.silu(layer.in_proj(tokens).chunk(2, dim=-1)[1]))
    assert isinstance(layer, VisionMixer)
    beside = layer.conv_beside(layer.in_proj(tokens).transpose(1, 2).chunk(2, dim=1)[1])
    return layer.out_proj(torch.cat([y, functional.silu(beside).transpose(1, 2)], dim=-1))


def entry_by_entry(network: SmallNetwork, layer: nn.Module, tokens: Tensor) -> tuple[Tensor, Tensor]:
    """Every entry (B, D, L, L) of a scan's matrix, and the score's gradient by it, of a one-layer network."""
    assert isinstance(layer, Scans)
    reading = layer.reading(tokens)
    u, skip = reading.u.flatten(1, 2).detach(), layer.get_parameter("skip").sum(dim=0)
    alpha = hidden_matrix(reading).detach().requires_grad_()
    y = torch.einsum("bcij,bjc->bic", alpha, u) + skip * u
    out = after_the_scan(layer, tokens, y) + tokens.reshape(len(u), -1, WIDTH)
    score = network.head(out.mean(dim=1)).sum()
    torch.testing.assert_close(score, network(images()).sum())
    return alpha.detach(), torch.autograd.grad(score, alpha)[0]


@pytest.mark.parametrize("kind", [SS2D, Mamba, VisionMixer])
def test_a_scan_is_weighed_by_the_gradient_of_every_entry_of_its_matrix(
    kind: type[SS2D | Mamba | VisionMixer],
) -> None:
    torch.manual_seed(0)
    layer = scan_layer(kind)
    network = small(layer)
    (leaning,) = leanings(network, [layer], images())
    alpha, gradient = entry_by_entry(network, layer, leaning.tokens)
    expected = (alpha * gradient).mean(dim=1).clamp(min=0.0)

    found = weighted_matrix(layer, leaning)

    assert (expected > 0).any(dim=(1, 2)).all()
    torch.testing.assert_close(found, expected, atol=1e-4 * expected.max().item(), rtol=1e-3)


def test_an_attention_is_weighed_by_the_gradient_of_every_weight() -> None:
    torch.manual_seed(0)
    layer = SelfAttention(WIDTH, 2)
    layer.query_key_value.weight.data.normal_()
    network = small(layer)
    (leaning,) = leanings(network, [layer], images())
    weights = layer.weights(leaning.tokens).detach().requires_grad_()
    values = layer.query_key_value(leaning.tokens)[..., 2 * WIDTH :].view(2, 6, 2, 4).transpose(1, 2)
    mixed = layer.output((weights @ values).transpose(1, 2).reshape(2, 6, WIDTH)) + leaning.tokens
    (gradient,) = torch.autograd.grad(network.head(mixed.mean(dim=1)).sum(), weights)

    found = weighted_matrix(layer, leaning)

    torch.testing.assert_close(found, (weights * gradient).clamp(min=0.0).mean(dim=1), atol=1e-8, rtol=1e-4)


def test_what_all_draws_of_a_token_did_is_what_its_output_did() -> None:
    torch.manual_seed(0)
    layer = scan_layer(SS2D)
    assert isinstance(layer, SS2D)
    (leaning,) = leanings(small(layer), [layer], images())
    reading = layer.reading(leaning.tokens)
    of_scan = layer.scan(reading.u) - layer.skip.sum(dim=0) * reading.u

    rows = slope_times_matrix(reading, leaning.slope).sum(dim=2)

    torch.testing.assert_close(rows, (leaning.slope * of_scan).mean(dim=-1).flatten(1), atol=1e-7, rtol=1e-3)


def test_the_slopes_of_all_channels_behind_a_norm_cancel() -> None:
    """Why the gradient of the entries is needed: rows scaled by this sum would be scaled by rounding."""
    torch.manual_seed(0)
    layer = scan_layer(SS2D)

    (leaning,) = leanings(small(layer), [layer], images())

    assert leaning.slope.sum(dim=-1).abs().max() < 1e-5 * leaning.slope.abs().sum(dim=-1).min()


def test_layers_are_followed_back_with_half_of_each_token_kept_and_a_mean_row_of_one() -> None:
    torch.manual_seed(0)
    layers = [scan_layer(SS2D), SelfAttention(WIDTH, 2)]
    network = small(*layers)
    product = torch.eye(6).expand(2, 6, 6)
    for layer, leaning in zip(layers, leanings(network, layers, images()), strict=True):
        matrix = weighted_matrix(layer, leaning)
        matrix = matrix / matrix.sum(dim=2).mean(dim=1)[:, None, None]
        product = (0.5 * torch.eye(6) + 0.5 * matrix) @ product
    expected = product.mean(dim=1).view(2, *GRID)

    found = attribution_rollout(network, images())

    torch.testing.assert_close(found, expected / expected.sum(dim=(1, 2), keepdim=True))
    torch.testing.assert_close(found.sum(dim=(1, 2)), torch.ones(2))


def test_windows_that_moved_the_answer_more_get_more() -> None:
    torch.manual_seed(0)
    network = build("mambavision_tiny", windows=(2, 7)).eval()
    pixels = torch.randn(1, 3, 48, 64)

    found = attribution_rollout(network, pixels)

    plain = rollout_map(network, pixels)
    torch.testing.assert_close(plain[0, :2, :2].sum(), plain[0, :2, 2:].sum())
    torch.testing.assert_close(found.sum(), torch.tensor(1.0))
    assert (found[0, :2, :2].sum() - found[0, :2, 2:].sum()).abs() > 0.02


def test_an_answer_that_leans_on_nothing_gives_a_flat_map() -> None:
    torch.manual_seed(0)
    network = small(scan_layer(SS2D))
    nn.init.zeros_(network.head.weight)

    torch.testing.assert_close(attribution_rollout(network, images()), torch.full((2, *GRID), 1.0 / 6.0))


@pytest.mark.parametrize(
    "name", ["mambaderm_tiny", "mambaderm_hierarchical_tiny", "medmamba_tiny", "mambavision_tiny"]
)
def test_another_head_is_seen_unlike_in_the_plain_rollout(
    name: str, make_batch: Callable[..., tuple[Tensor, ...]]
) -> None:
    """Less than in gradient x input: how tokens are mixed, which no head changes, stays a part of the map."""
    torch.manual_seed(0)
    network, batch = build(name).eval(), make_batch(1)
    assert isinstance(network, ScoreNetwork)
    assert isinstance(network, MixesTokens)
    weighed, plain = attribution_rollout(network, *batch), rollout_map(network, *batch)
    likeness = []
    for seed in range(8):
        torch.manual_seed(seed)
        for layer in network.get_submodule("head").modules():
            if isinstance(layer, nn.Linear):
                nn.init.trunc_normal_(layer.weight, std=0.02)
        other = attribution_rollout(network, *batch)
        likeness.append(spearmanr(weighed.flatten(), other.flatten()).statistic)

    assert sum(likeness) / len(likeness) < 0.9
    assert torch.equal(rollout_map(network, *batch), plain)
