"""Checks of overlays on a trained network that need no judgement: sums that are right, heads that count.

Tolerances are those of float32; the same identities are tested in float64 on small networks.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from models.nets.classification.score_network import ScoreNetwork
from models.nets.explainable import Divisible, MixesTokens, mixes_tokens
from models.nets.layers.scan.hidden_attention import column_sums
from models.nets.layers.scan.reading import ScanReading, Scans
from models.nets.layers.scan.selective_scan import selective_scan
from models.nets.overlays import Overlay
from models.nets.overlays.gradient_x_input import relevance
from models.nets.overlays.mixing import inputs_of
from training.explanation.explained_answers import Subject, inputs_for, overlays_shown, rank_correlation
from training.tasks.loaded_model import PublishedModel

LARGEST_GAP: Final = 1e-3
"""Of completeness, as a share of the largest part; of column sums, as a share of the largest sum."""
LARGEST_CORRELATION: Final = 0.5
"""Mean rank correlation with the map of a network whose last layer was drawn anew."""
_HEADS: Final = 4
_DEVIATION: Final = 0.02


@dataclass(frozen=True)
class Check:
    """One identity, its largest error on the images, and whether that is small enough."""

    name: str
    value: float
    limit: float
    passed: bool


def exactness(model: PublishedModel, subjects: Sequence[Subject]) -> tuple[Check, ...]:
    """Completeness of gradient x input and column sums of the last scan, as far as the network has them."""
    network = model.network
    batch = inputs_for(model, np.stack([subject.image for subject in subjects]))
    checks = []
    if isinstance(network, Divisible):
        gap = float(relevance(network, *batch).gap.max())
        checks.append(_small("completeness of gradient_x_input", gap))
    if mixes_tokens(network):
        checks.append(_small("column sums of hidden_attention", _column_gap(network, batch)))
    return tuple(checks)


def head_correlations(model: PublishedModel, subjects: Sequence[Subject]) -> dict[str, float]:
    """Per overlay the mean rank correlation of its maps with those of other last layers.

    An overlay that explains the answer changes with the layer that gives it; one that stays (near 1) shows
    what the network attends to, whatever it concludes.
    """
    batch = inputs_for(model, np.stack([subject.image for subject in subjects]))
    others = [_with_another_head(model.network, seed) for seed in range(_HEADS)]
    return {
        overlay.name: _likeness(overlay, model.network, others, batch) for overlay in overlays_shown(model)
    }


def _small(name: str, value: float) -> Check:
    return Check(name, value, LARGEST_GAP, passed=value < LARGEST_GAP)


def _column_gap(network: MixesTokens, batch: tuple[Tensor, ...]) -> float:
    """Largest difference of the closed form to the gradient of the scan with its selectivity held fixed."""
    assert isinstance(network, nn.Module)
    layers = [layer for layer in network.mixing(*batch[0].shape[2:]).layers if isinstance(layer, Scans)]
    last = layers[-1]
    assert isinstance(last, nn.Module)
    (tokens,) = inputs_of(network, (last,), *batch)
    with torch.no_grad():
        reading = last.reading(tokens)
        closed = column_sums(reading)
    slope = _frozen_slope(reading)
    return float((closed - slope).abs().max() / slope.abs().max().clamp(min=1e-30))


def _frozen_slope(reading: ScanReading) -> Tensor:
    with torch.enable_grad():
        u = reading.u.detach().requires_grad_()
        nothing = torch.zeros_like(reading.delta_bias)
        decay = -torch.exp(reading.a_log.float())
        steps = (reading.delta_weight, reading.delta_bias)
        output = selective_scan(u, reading.selectivity, *steps, decay, nothing, reading.directions)
        (slope,) = torch.autograd.grad(output.sum(), u)
    return slope


def _with_another_head(network: nn.Module, seed: int) -> nn.Module:
    other = copy.deepcopy(network)
    last = other.last_layer if isinstance(other, ScoreNetwork) else other.get_submodule("head")
    assert isinstance(last, nn.Linear | nn.Conv2d)
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        last.weight.copy_(torch.randn(last.weight.shape, generator=draw) * _DEVIATION)
    return other


def _likeness(
    overlay: Overlay, network: nn.Module, others: Sequence[nn.Module], batch: tuple[Tensor, ...]
) -> float:
    own = overlay.compute(network, *batch).numpy()
    changed = [overlay.compute(other, *batch).numpy() for other in others]
    return float(
        np.mean(
            [rank_correlation(one, map_) for maps in changed for one, map_ in zip(own, maps, strict=True)]
        )
    )
