"""Position embedding: what tells the tokens of a grid where they are."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class PositionEmbedding(nn.Module):
    """A learned vector per grid cell, resized with bicubic interpolation when the grid has another size."""

    def __init__(self, side: int, width: int) -> None:
        super().__init__()
        self.grid = nn.Parameter(torch.zeros(1, side, side, width))

    def forward(self, height: int, width: int) -> Tensor:
        """Return the embedding for a grid, (1, height, width, C)."""
        if self.grid.shape[1:3] == (height, width):
            return self.grid
        channels_first = self.grid.permute(0, 3, 1, 2)
        resized = functional.interpolate(
            channels_first, size=(height, width), mode="bicubic", align_corners=False
        )
        return resized.permute(0, 2, 3, 1)
