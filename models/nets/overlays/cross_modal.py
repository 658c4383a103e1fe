"""Cross-modal maps: which places of the image asked which metadata, and how much they took.

Attention says what was read, not what it was worth: as importance of a feature, report its effect
(`feature_effect`).
"""

from typing import NamedTuple

import torch
from torch import Tensor

from models.nets.classification.fused_classifier import FusedClassifier


class CrossModal(NamedTuple):
    """What image tokens read of the metadata tokens: class token, then numeric, then categorical features."""

    attention: Tensor
    """(B, T, h, w) in [0, 1], mean of the heads; the T maps sum to one everywhere."""
    taken: Tensor
    """(B, h, w), not negative: lengths of what attention brought, summed over features, mean of heads."""
    weights: Tensor
    """(B, T), not negative: mean over heads and places of the same."""


@torch.no_grad()
def cross_modal(network: FusedClassifier, images: Tensor, numeric: Tensor, categorical: Tensor) -> CrossModal:
    """Return all cross-modal maps of a batch."""
    evidence = network.evidence(images)
    tokens = network.gated(evidence, network.gate(*evidence))
    reader = network.fusion.attention
    table = reader.norm_table(network.table(numeric, categorical))
    attention = reader.weights(tokens, table)
    lengths = _lengths(reader.value(table), reader.output.weight, reader.heads)
    brought = attention * lengths[:, :, None]
    samples, height, width = evidence.local.shape[:3]
    return CrossModal(
        attention.mean(dim=1).transpose(1, 2).reshape(samples, -1, height, width),
        brought.sum(dim=-1).mean(dim=1).view(samples, height, width),
        brought.mean(dim=(1, 2)),
    )


def cross_modal_map(network: FusedClassifier, images: Tensor, numeric: Tensor, categorical: Tensor) -> Tensor:
    """Return how much each place took from the metadata, (B, h, w), not negative."""
    return cross_modal(network, images, numeric, categorical).taken


def _lengths(values: Tensor, output: Tensor, heads: int) -> Tensor:
    """Length of what each head would bring of each metadata token, (B, heads, T), from values (B, T, C)."""
    by_head = values.view(*values.shape[:2], heads, -1).transpose(1, 2)
    maps = output.view(len(output), heads, -1).permute(1, 2, 0)
    lengths: Tensor = (by_head @ maps).norm(dim=-1)
    return lengths
