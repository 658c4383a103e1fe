"""Relevance share: how much of what speaks for malignancy lies inside the lesion's boundary."""

import torch
from torch import Tensor
from torch.nn import functional


def positive_share_inside(maps: Tensor, masks: Tensor) -> Tensor:
    """Return the share (B,) in [0, 1] of the positive part of maps (B, h, w) inside masks (B, H, W) bool.

    A cell on the boundary counts by its covered area. NaN where a map has no positive value.
    """
    height, width = maps.shape[1:]
    cover = functional.adaptive_avg_pool2d(masks.float()[:, None], (height, width))[:, 0]
    positive = maps.clamp(min=0.0)
    total = positive.sum(dim=(1, 2))
    inside = (positive * cover).sum(dim=(1, 2))
    return torch.where(total > 0, inside / total, torch.nan)
