"""Rollout: where the mean token of the last layer comes from, followed back through all layers of a grid.

Abnar and Zuidema, "Quantifying Attention Flow in Transformers" (arXiv 2005.00928), with the attention hidden
in a scan (arXiv 2403.01590) beside that of a transformer. It follows how tokens are mixed and knows nothing
of the score; `attribution_rollout` follows what moved it.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from models.nets.explainable import MixesTokens
from models.nets.layers.attention import SelfAttention
from models.nets.layers.scan.reading import Scans
from models.nets.overlays.hidden_matrix import mean_matrix
from models.nets.overlays.mixing import inputs_of, on_grid

_KEPT = 0.5
"""Share of a token that passes a layer beside it: the residual."""


@torch.no_grad()
def rollout_map(network: MixesTokens, images: Tensor, *table: Tensor) -> Tensor:
    """Return each token's share of the mean output, (B, h, w), not negative, sum one in each window."""
    assert isinstance(network, nn.Module)
    mixing = network.mixing(*images.shape[2:])
    given = inputs_of(network, mixing.layers, images, *table)
    return on_grid(mixing, rolled_out(list(zip(mixing.layers, given, strict=True))))


def rolled_out(layers: list[tuple[nn.Module, Tensor]]) -> Tensor:
    """Return the mean row of the product of the layers' matrices, (B, L), from layers and their inputs."""
    return followed_back(_with_rows_one(mixing_matrix(layer, tokens)) for layer, tokens in layers)


def followed_back(matrices: Iterable[Tensor]) -> Tensor:
    """Return the mean row, (B, L), of the product of matrices (B, L, L) of layers, the first layer first.

    Half of each token passes beside every layer.
    """
    rolled: Tensor | None = None
    for matrix in matrices:
        mixed = _KEPT * torch.eye(matrix.shape[-1], device=matrix.device) + (1.0 - _KEPT) * matrix
        rolled = mixed if rolled is None else mixed @ rolled
    assert rolled is not None
    return rolled.mean(dim=1)


def mixing_matrix(layer: nn.Module, tokens: Tensor) -> Tensor:
    """Return how much each token draws from each, (B, L, L), not negative."""
    if isinstance(layer, Scans):
        return mean_matrix(layer.reading(tokens))
    assert isinstance(layer, SelfAttention)
    return layer.weights(tokens).mean(dim=1)


def _with_rows_one(matrix: Tensor) -> Tensor:
    return matrix / matrix.sum(dim=-1, keepdim=True).clamp(min=torch.finfo(matrix.dtype).tiny)
