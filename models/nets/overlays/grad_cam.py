"""Grad-CAM: channels weighted by how much the answer depends on them, positive part (arXiv 1610.02391)."""

import torch
from torch import Tensor

from models.nets.classification.fused_classifier import FusedClassifier
from models.nets.classification.mambaderm import MambaDerm
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


def grad_cam_of_stem(network: MambaDerm, images: Tensor, numeric: Tensor, categorical: Tensor) -> Tensor:
    """Return the map of the stem's coarsest features, (B, ceil(h/2), ceil(w/2)), not negative."""
    with torch.no_grad():
        fine, coarse = network.stem(images)
        table = network.table(numeric, categorical)
    with torch.enable_grad():
        coarse.requires_grad_()
        evidence = network.evidence_from(network.local_tokens(fine, coarse))
        fused = network.fusion(FusedClassifier.gated(evidence, network.gate(*evidence)), table)
        score = network.head(fused, table)[:, 0].sum()
        (slope,) = torch.autograd.grad(score, coarse)
    return _weighted(coarse.detach(), slope)


def _weighted(features: Tensor, slope: Tensor) -> Tensor:
    """Positive part of the features (B, h, w, C) summed with each channel's mean slope, (B, h, w)."""
    importance = slope.mean(dim=(1, 2), keepdim=True)
    return (features * importance).sum(dim=-1).clamp(min=0.0)
