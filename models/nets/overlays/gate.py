"""Gate map: where the score listened to local evidence and where to the context of the whole image."""

import torch
from torch import Tensor

from models.nets.classification.fused_classifier import FusedClassifier


@torch.no_grad()
def gate_map(network: FusedClassifier, images: Tensor, numeric: Tensor, categorical: Tensor) -> Tensor:
    """Return the gate's mean over channels, (B, h, w) in [0, 1]; 1 is local. Metadata plays no part in it."""
    gate: Tensor = network.gate(*network.evidence(images))
    return gate.mean(dim=-1)
