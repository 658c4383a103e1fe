"""Grad-CAM: channels weighted by how much the answer depends on them, positive part (arXiv 1610.02391)."""

import torch
from torch import Tensor

from models.nets.explainable import Divisible
from models.nets.overlays.gradient_x_input import together


def grad_cam(network: Divisible, images: Tensor, *table: Tensor) -> Tensor:
    """Return the map of the features that carry the answer, several grids of them added, not negative."""
    cut = network.late_cut(images, *table)
    with torch.enable_grad():
        leaves = [source.detach().requires_grad_() for source in cut.sources]
        slopes = torch.autograd.grad(cut.answer(leaves).sum(), leaves)
    pairs = zip(leaves, slopes, strict=True)
    return together([_weighted(leaf.detach(), slope) for leaf, slope in pairs])


def _weighted(features: Tensor, slope: Tensor) -> Tensor:
    """Positive part of the features (B, h, w, C) summed with each channel's mean slope, (B, h, w)."""
    importance = slope.mean(dim=(1, 2), keepdim=True)
    return (features * importance).sum(dim=-1).clamp(min=0.0)
