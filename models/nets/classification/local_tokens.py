"""Local tokens: the two finest-grained views of the ConvNeXt stem, brought to one grid and one width."""

from torch import Tensor, nn


class LocalTokens(nn.Module):
    """Sum of the features at 1/16, (B, h, w, c3), and the doubled features at 1/32, to (B, h, w, C)."""

    def __init__(self, width_fine: int, width_coarse: int, width: int) -> None:
        super().__init__()
        self.fine = nn.Linear(width_fine, width)
        self.coarse = nn.Linear(width_coarse, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """Return tokens at 1/16 of the image, (B, h, w, C)."""
        height, width = fine.shape[1:3]
        doubled = _doubled(self.coarse(coarse))[:, :height, :width]
        tokens: Tensor = self.norm(self.fine(fine) + doubled)
        return tokens


def _doubled(grid: Tensor) -> Tensor:
    """Repeat every cell into a 2x2 square, (B, H, W, C) to (B, 2H, 2W, C)."""
    height, width = grid.shape[1:3]
    expanded = grid[:, :, None, :, None, :].expand(-1, -1, 2, -1, 2, -1)
    return expanded.reshape(-1, 2 * height, 2 * width, grid.shape[-1])
