"""Grad-CAM: channels weighted by how much the answer depends on them, positive part (arXiv 1610.02391)."""

import torch
from torch import Tensor

from models.nets.classification.fused_classifier import FusedClassifier
from models.nets.classification.mambaderm import MambaDerm
from models.nets.explainable import Divisible


def grad_cam(network: Divisible, images: Tensor, *table: Tensor) -> Tensor:
    """Return the map of the features that carry the answer, (B, h, w), not negative."""
    (features,), answer = network.late_cut(images, *table)
    with torch.enable_grad():
        features = features.detach().requires_grad_()
        (slope,) = torch.autograd.grad(answer((features,)).sum(), features)
    return _weighted(features.detach(), slope)


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
