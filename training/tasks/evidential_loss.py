"""The loss of an evidential head: expected cross-entropy, and a price on evidence for the wrong label.

Source: Sensoy, Kaplan and Kandemir, arXiv 1806.01768, equations 4 and 5.
"""

import torch
from torch import Tensor

_PRICE = 0.1
_RAMP_SHARE = 0.5
"""Share of the run in which the price rises from 0: at once it would keep all evidence away."""


def evidential_loss(alphas: Tensor, targets: Tensor, annealing: Tensor) -> Tensor:
    """sum_k y_k (psi(S) - psi(alpha_k)) + 0.1 a KL(Dir(y + (1 - y) alpha) || Dir(1)), the mean over images.

    Args:
        alphas: (B, 2) float32 above 1: benign, malignant.
        targets: (B,) in [0, 1]; 1 is malignant.
        annealing: (B,) in [0, 1], see `annealing_at`.
    """
    alphas = alphas.float()
    labels = torch.stack([1.0 - targets, targets], dim=-1)
    strength = alphas.sum(dim=-1, keepdim=True)
    expected = (labels * (torch.digamma(strength) - torch.digamma(alphas))).sum(dim=-1)
    misleading = labels + (1.0 - labels) * alphas
    return (expected + _PRICE * annealing * divergence_from_uniform(misleading)).mean()


def divergence_from_uniform(alphas: Tensor) -> Tensor:
    """KL(Dir(alpha) || Dir(1, ..., 1)) of alphas (..., K), (...)."""
    strength = alphas.sum(dim=-1, keepdim=True)
    labels = alphas.new_tensor(float(alphas.shape[-1]))
    volume = torch.lgamma(strength)[..., 0] - torch.lgamma(labels) - torch.lgamma(alphas).sum(dim=-1)
    slope = torch.digamma(alphas) - torch.digamma(strength)
    return volume + ((alphas - 1.0) * slope).sum(dim=-1)


def annealing_at(step: int, total_steps: int) -> float:
    """The share of the price that counts in a step: from 0 to 1 over the first half of the run."""
    return min(1.0, step / (_RAMP_SHARE * total_steps))
