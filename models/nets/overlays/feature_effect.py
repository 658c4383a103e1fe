"""Feature effect: what the logit loses when one feature of the metadata is marked missing, by recomputing."""

import torch
from torch import Tensor

from models.nets.classification.fused_classifier import FusedClassifier


@torch.no_grad()
def feature_effects(network: FusedClassifier, images: Tensor, numeric: Tensor, categorical: Tensor) -> Tensor:
    """Return logit(all) - logit(one missing) per feature, (B, numeric + categorical), numeric first.

    A feature that is missing already has effect zero. The image is read once; only metadata and fusion are
    computed again.
    """
    tokens = network.image_tokens(images)
    effects = [
        _effects_of_one(network, tokens[i : i + 1], numeric[i], categorical[i]) for i in range(len(images))
    ]
    return torch.stack(effects)


def _effects_of_one(network: FusedClassifier, tokens: Tensor, numeric: Tensor, categorical: Tensor) -> Tensor:
    """Effects (features,) from the image tokens (1, L, C) and one row of metadata."""
    numbers, words = _ablated(numeric, categorical)
    table = network.table(numbers, words)
    logits = network.head(network.fusion(tokens.expand(len(table), -1, -1), table), table)[:, 0]
    effects: Tensor = logits[0] - logits[1:]
    return effects


def _ablated(numeric: Tensor, categorical: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of metadata: as given, then each feature missing in turn."""
    count = len(numeric) + len(categorical)
    missing = torch.eye(count, dtype=torch.bool, device=numeric.device)
    missing = torch.cat([torch.zeros_like(missing[:1]), missing])
    numbers = numeric.expand(count + 1, -1).masked_fill(missing[:, : len(numeric)], float("nan"))
    words = categorical.expand(count + 1, -1).masked_fill(missing[:, len(numeric) :], 0)
    return numbers, words
