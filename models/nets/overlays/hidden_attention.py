"""Hidden attention map: how much of the last selective scan's output each token feeds, score or no score."""

import torch
from torch import Tensor

from models.nets.classification.fused_classifier import FusedClassifier


@torch.no_grad()
def hidden_attention_map(
    network: FusedClassifier, images: Tensor, numeric: Tensor, categorical: Tensor
) -> Tensor:
    """Return the attention hidden in the last scan, its four directions added, (B, h, w), not negative."""
    return network.forward_explained(images, numeric, categorical).hidden_attention
