"""The Triton kernels in Triton's interpreter, or on the GPU where there is one."""

import os
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

pytest.importorskip("triton")
if not torch.cuda.is_available():
    os.environ["TRITON_INTERPRET"] = "1"

from models.nets.layers.scan.cuda import _with_triton
from models.nets.layers.scan.reference import sequential_scan

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


@pytest.mark.parametrize(("grid", "states", "rank"), [((2, 3, 2, 4), 16, 1), ((1, 6, 11, 33), 5, 2)])
def test_triton_output_and_gradients_equal_autograd_in_float64(
    scan_input: Callable[..., tuple[Tensor, ...]], grid: tuple[int, ...], states: int, rank: int
) -> None:
    drawn = scan_input(grid, states, rank)
    single = [tensor.to(DEVICE).requires_grad_() for tensor in drawn]
    double = [tensor.double().requires_grad_() for tensor in drawn]

    found = _with_triton(*single, (0, 1, 2, 3))
    expected = sequential_scan(*double, (0, 1, 2, 3))
    slopes = torch.autograd.grad(found.square().sum(), single)
    expected_slopes = torch.autograd.grad(expected.square().sum(), double)

    for one, other in zip((found, *slopes), (expected, *expected_slopes), strict=True):
        assert (one.detach().cpu().double() - other).abs().max() < 1e-5 * other.abs().max()
