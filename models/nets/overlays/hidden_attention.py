"""Hidden attention map: how much of the last selective scan's output each token feeds, score or no score."""

import torch
from torch import Tensor, nn

from models.nets.explainable import MixesTokens, mixes_tokens
from models.nets.layers.scan.hidden_attention import hidden_attention
from models.nets.layers.scan.reading import Scans
from models.nets.overlays.mixing import inputs_of, on_grid


def runs_one_way(network: nn.Module, height_px: int, width_px: int) -> bool:
    """Say whether the network's scans run in one direction, so that maps of their mixing favour early tokens.

    Nothing in the map tells that from what the network attends to; whoever shows it must say so.
    """
    if not mixes_tokens(network):
        return False
    scans = [layer for layer in network.mixing(height_px, width_px).layers if isinstance(layer, Scans)]
    return all(len(layer.get_parameter("delta_bias")) == 1 for layer in scans if isinstance(layer, nn.Module))


@torch.no_grad()
def hidden_attention_map(network: MixesTokens, images: Tensor, *table: Tensor) -> Tensor:
    """Return the attention hidden in the last scan, its directions added, (B, h, w), not negative."""
    assert isinstance(network, nn.Module)
    mixing = network.mixing(*images.shape[2:])
    last = [layer for layer in mixing.layers if isinstance(layer, Scans)][-1]
    assert isinstance(last, nn.Module)
    (tokens,) = inputs_of(network, (last,), images, *table)
    return on_grid(mixing, hidden_attention(last, tokens))
