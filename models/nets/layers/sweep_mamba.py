"""SweepMamba: the bottleneck of DermoMamba, which scans a feature volume along three of its faces."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.nets.layers.decisions import decided
from models.nets.layers.ss2d import SS2D


class SweepMamba(nn.Module):
    """Scans (height, width), (width, channel) and (channel, height) planes of a feature map.

    Two of the scans use the grid's height and width as their channel count, which ties their weights to
    one grid. Any other grid is resampled to that reference grid for them, and back.
    """

    def __init__(self, channels: int, grid: tuple[int, int]) -> None:
        super().__init__()
        inner = channels // 8
        self.grid = grid
        self.norm = nn.LayerNorm(channels)
        self.reduce = nn.Linear(channels, inner)
        self.over_image = SS2D(inner)
        self.over_width = SS2D(grid[0])
        self.over_height = SS2D(grid[1])
        self.restore = nn.Linear(inner, channels)
        self.residual_scale = nn.Parameter(torch.ones(()))
        self.out_norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Features (B, C, h, w) to features of the same shape."""
        tokens = x.permute(0, 2, 3, 1)
        p: Tensor = self.reduce(self.norm(tokens))
        swept = self.over_image(p) + _resampled(self._side_scans(_resampled(p, self.grid)), p.shape[1:3])
        out = self.restore(decided(functional.silu(p)) * swept) + self.residual_scale * tokens
        return torch.relu(self.out_norm(out.permute(0, 3, 1, 2)))

    def _side_scans(self, p: Tensor) -> Tensor:
        """Scans of the planes (width, channel) and (channel, height) of the reference grid."""
        across = self.over_width(p.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        down = self.over_height(p.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        both: Tensor = across + down
        return both


def _resampled(tokens: Tensor, grid: tuple[int, ...]) -> Tensor:
    """Tokens (B, h, w, C) on another grid, bilinear with pixel centres kept.

    Written as one matrix product per axis: ONNX Runtime refuses a Resize in this layout.
    """
    height, width = tokens.shape[1:3]
    if (height, width) == tuple(grid):
        return tokens
    by_row = _linear_weights(height, grid[0]).to(tokens)
    by_column = _linear_weights(width, grid[1]).to(tokens)
    rows = torch.tensordot(tokens, by_row, dims=([1], [1]))
    both: Tensor = torch.tensordot(rows, by_column, dims=([1], [1]))
    return both.permute(0, 2, 3, 1)


def _linear_weights(length: int, resampled_length: int) -> Tensor:
    """Linear interpolation along one axis as a matrix, (resampled_length, length)."""
    place = (torch.arange(resampled_length) + 0.5) * (length / resampled_length) - 0.5
    place = place.clamp(0.0, length - 1.0)
    return (1.0 - (place[:, None] - torch.arange(length)).abs()).clamp(min=0.0)
