from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from models.nets.classification.mambaderm import MambaDerm, mambaderm_tiny


def a_batch(samples: int = 2, side_px: int = 96) -> tuple[Tensor, Tensor, Tensor]:
    """Random images with metadata of which every third number and every second category is missing."""
    draw = torch.Generator().manual_seed(0)
    numeric = torch.randn(samples, 35, generator=draw)
    numeric[:, ::3] = torch.nan
    categorical = torch.randint(1, 3, (samples, 6), generator=draw)
    categorical[:, ::2] = 0
    return torch.randn(samples, 3, side_px, side_px, generator=draw), numeric, categorical


@pytest.fixture
def make_batch() -> Callable[..., tuple[Tensor, Tensor, Tensor]]:
    return a_batch


@pytest.fixture
def inputs() -> tuple[Tensor, Tensor, Tensor]:
    return a_batch()


@pytest.fixture
def network() -> MambaDerm:
    torch.manual_seed(0)
    return mambaderm_tiny().eval()
