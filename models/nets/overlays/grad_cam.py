"""Grad-CAM: channels weighted by how much the score depends on them, positive part (arXiv 1610.02391)."""

import torch
from torch import Tensor

from models.nets.classification.fused_classifier import FusedClassifier
from models.nets.classification.mambaderm import MambaDerm


def grad_cam(network: FusedClassifier, images: Tensor, numeric: Tensor, categorical: Tensor) -> Tensor:
    """Return the map of the fused tokens the score is read from, (B, h, w), not negative."""
    with torch.no_grad():
        evidence = network.evidence(images)
        table = network.table(numeric, categorical)
        fused = network.fusion(network.gated(evidence, network.gate(*evidence)), table)
    with torch.enable_grad():
        fused.requires_grad_()
        score = network.head(fused, table)[:, 0].sum()
        (slope,) = torch.autograd.grad(score, fused)
    return _weighted(fused.detach(), slope).view(evidence.local.shape[:3])


def grad_cam_of_stem(network: MambaDerm, images: Tensor, numeric: Tensor, categorical: Tensor) -> Tensor:
    """Return the map of the stem's coarsest features, (B, ceil(h/2), ceil(w/2)), not negative."""
    with torch.no_grad():
        fine, coarse = network.stem(images)
        table = network.table(numeric, categorical)
    with torch.enable_grad():
        coarse.requires_grad_()
        evidence = network.with_context(network.local_tokens(fine, coarse))
        fused = network.fusion(network.gated(evidence, network.gate(*evidence)), table)
        score = network.head(fused, table)[:, 0].sum()
        (slope,) = torch.autograd.grad(score, coarse)
    weighted = _weighted(coarse.detach().flatten(1, 2), slope.flatten(1, 2))
    return weighted.view(coarse.shape[:3])


def _weighted(features: Tensor, slope: Tensor) -> Tensor:
    """Positive part of the features (B, L, C) summed with each channel's mean slope, (B, L)."""
    importance = slope.mean(dim=1, keepdim=True)
    return (features * importance).sum(dim=-1).clamp(min=0.0)
