"""Windows: a grid cut into rectangles whose tokens are mixed among themselves."""

from torch import Tensor
from torch.nn import functional


def into_windows(grid: Tensor, side: int) -> Tensor:
    """Cut (B, H, W, C) into tokens (B * windows, L, C), row by row, zeros added right and below.

    A grid smaller than a window is one window, without zeros.
    """
    height, width, channels = grid.shape[1:]
    rows, columns = min(side, height), min(side, width)
    if height % rows or width % columns:
        grid = functional.pad(grid, (0, 0, 0, -width % columns, 0, -height % rows))
    high, wide = grid.shape[1] // rows, grid.shape[2] // columns
    cut = grid.reshape(-1, high, rows, wide, columns, channels).transpose(2, 3)
    return cut.reshape(-1, rows * columns, channels)


def from_windows(tokens: Tensor, side: int, height: int, width: int) -> Tensor:
    """Put tokens (B * windows, L, C) of a grid back and cut the zeros off, (B, height, width, C)."""
    rows, columns = min(side, height), min(side, width)
    high, wide = -(-height // rows), -(-width // columns)
    cut = tokens.reshape(-1, high, wide, rows, columns, tokens.shape[-1]).transpose(2, 3)
    return cut.reshape(-1, high * rows, wide * columns, tokens.shape[-1])[:, :height, :width]
