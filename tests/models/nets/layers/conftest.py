from collections.abc import Callable

import pytest
import torch
from torch import Tensor

ScanInput = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


def draw_scan_input(
    grid: tuple[int, int, int, int],
    states: int = 16,
    rank: int = 1,
    directions: int = 4,
    largest_step: float = 1.0,
) -> ScanInput:
    """Random inputs of a scan over (batch, height, width, channels), decays from 0 to -16."""
    batch, height, width, channels = grid
    draw = torch.Generator().manual_seed(7)
    return (
        torch.randn(batch, height, width, channels, generator=draw),
        torch.randn(batch, height, width, directions, rank + 2 * states, generator=draw),
        torch.randn(directions, channels, rank, generator=draw) * largest_step,
        torch.randn(directions, channels, generator=draw) - 2,
        -torch.rand(directions, channels, states, generator=draw) * 16,
        torch.randn(directions, channels, generator=draw),
    )


@pytest.fixture
def scan_input() -> Callable[..., ScanInput]:
    return draw_scan_input
