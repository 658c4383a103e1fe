"""Gradient-weighted rollout: the rollout of what moved the answer, instead of all that was mixed.

What a token drew from another counts by what it did to the answer, gradient x attention, and not at all
where that was against it: Chefer, Gur and Wolf for self-attention (arXiv 2103.15679); Ali, Zimerman and Wolf
for the attention hidden in a scan (arXiv 2403.01590, "Mamba attribution").

For a scan, the gradient of the matrix's entries is taken as it is, ds/dalpha_c[i, j] = ds/dy[i, c] u[j, c].
Scaling row i by sum_c ds/dy[i, c] instead would be cheaper and say nothing here: where a layer norm follows
the scan, as in SS2D, that sum is zero, because a norm does not see what all channels have in common.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.explainable import MixesTokens
from models.nets.layers.attention import SelfAttention
from models.nets.layers.mamba import Mamba
from models.nets.layers.scan.reading import Scans
from models.nets.layers.vision_mixer import VisionMixer
from models.nets.overlays.hidden_matrix import slope_times_matrix
from models.nets.overlays.mixing import on_grid
from models.nets.overlays.rollout import followed_back
from models.nets.overlays.slopes import Leaning, leanings


def attribution_rollout(network: MixesTokens, images: Tensor, *table: Tensor) -> Tensor:
    """Return each token's share of what moved the answer, (B, h, w), not negative, sum one.

    An answer that leans on no token gives a map that is the same everywhere.
    """
    assert isinstance(network, nn.Module)
    mixing = network.mixing(*images.shape[2:])
    found = leanings(network, mixing.layers, images, *table)
    with torch.no_grad():
        matrices = [
            _with_mean_row_one(weighted_matrix(layer, leaning), len(images))
            for layer, leaning in zip(mixing.layers, found, strict=True)
        ]
        shares = on_grid(mixing, followed_back(matrices))
    return shares / shares.sum(dim=(1, 2), keepdim=True)


def weighted_matrix(layer: nn.Module, leaning: Leaning) -> Tensor:
    """Return how much each token's draw from each moved the answer, (B, L, L), not negative."""
    if isinstance(layer, SelfAttention):
        toward = _by_head(leaning.slope, layer.heads) @ _values(layer, leaning.tokens).transpose(-1, -2)
        return (toward * layer.weights(leaning.tokens)).clamp(min=0.0).mean(dim=1)
    assert isinstance(layer, Scans)
    reading = layer.reading(leaning.tokens)
    return slope_times_matrix(reading, _slope_of_scan(layer, leaning).view(reading.u.shape)).clamp(min=0.0)


def _with_mean_row_one(matrix: Tensor, samples: int) -> Tensor:
    """Scale the matrices (B * windows, L, L) of each image so that their rows sum to one on average.

    Rows that sum to one each, as in the plain rollout, would have lost what they were weighted with.
    """
    of_image = matrix.sum(dim=-1).view(samples, -1).mean(dim=1).clamp(min=torch.finfo(matrix.dtype).tiny)
    return matrix / of_image.repeat_interleave(len(matrix) // samples)[:, None, None]


def _slope_of_scan(layer: nn.Module, leaning: Leaning) -> Tensor:
    """Slope of the answer by the scan's output, from that by what is read of it."""
    if isinstance(layer, Mamba):
        # The gate lies between scan and reader; it is the second half of what the input is mapped to.
        gate = functional.linear(leaning.tokens, layer.in_proj.weight.chunk(2)[1])
        return leaning.slope * functional.silu(gate)
    if isinstance(layer, VisionMixer):
        return leaning.slope.chunk(2, dim=-1)[0]
    return leaning.slope


def _values(layer: SelfAttention, tokens: Tensor) -> Tensor:
    """Values of the attention by head, (B, heads, L, C / heads)."""
    whole = layer.query_key_value
    values = functional.linear(tokens, whole.weight.chunk(3)[2], whole.bias.chunk(3)[2])
    return _by_head(values, layer.heads)


def _by_head(tokens: Tensor, heads: int) -> Tensor:
    return tokens.view(*tokens.shape[:2], heads, -1).transpose(1, 2)
