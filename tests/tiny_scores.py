"""Tiny score networks of every family with a head of choice, and inputs for them."""

import torch

from models.nets import build
from models.nets.classification.score_network import ScoreNetwork

TINY = ("mambaderm_tiny", "mambaderm_hierarchical_tiny", "medmamba_tiny", "mambavision_tiny")
INPUTS = (
    torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1)),
    torch.full((2, 35), torch.nan),
    torch.zeros(2, 6, dtype=torch.int64),
)


def tiny_score_network(name: str, **head: object) -> ScoreNetwork:
    """A network with random weights, its last layer's too, so that its answers are not all alike."""
    torch.manual_seed(2)
    network = build(name, **head).eval()
    assert isinstance(network, ScoreNetwork)
    torch.nn.init.normal_(network.last_layer.weight)
    return network
