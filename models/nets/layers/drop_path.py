"""Stochastic depth: a residual branch is left out for whole samples during training (arXiv 1603.09382)."""

import torch
from torch import Tensor, nn


class DropPath(nn.Module):
    """Drops a sample's branch with a probability and scales the kept ones up; training only."""

    def __init__(self, rate: float = 0.0) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, branch: Tensor) -> Tensor:
        """Branch (B, ...) to a branch of the same shape and expectation."""
        if not self.training or self.rate == 0.0:
            return branch
        shape = (branch.shape[0], *[1] * (branch.dim() - 1))
        keep = torch.rand(shape, device=branch.device, dtype=branch.dtype) >= self.rate
        return branch * keep / (1.0 - self.rate)


def rising_rates(largest: float, blocks: int) -> list[float]:
    """Drop rates that rise linearly from 0 at the first block to the largest at the last."""
    return [largest * i / max(blocks - 1, 1) for i in range(blocks)]
