"""Starting values of the state-space parameters, as in Mamba and VMamba.

A generic initialisation pass must leave them alone: with a zero bias every step starts at 0.69 instead of
0.001 to 0.1, and the state forgets within two tokens.
"""

import math

import torch
from torch import Tensor

_SMALLEST_STEP, _LARGEST_STEP, _STEP_FLOOR = 1e-3, 1e-1, 1e-4


def step_bias(*shape: int) -> Tensor:
    """Bias whose softplus is spread over 0.001 to 0.1, uniform in the logarithm."""
    low, high = math.log(_SMALLEST_STEP), math.log(_LARGEST_STEP)
    step = torch.exp(torch.rand(*shape) * (high - low) + low).clamp(min=_STEP_FLOOR)
    return step + torch.log(-torch.expm1(-step))


def step_weight(*shape: int) -> Tensor:
    """Uniform weight of the step projection; the last axis is its rank."""
    bound: float = shape[-1] ** -0.5
    return torch.empty(*shape).uniform_(-bound, bound)


def decay_logarithm(*shape: int) -> Tensor:
    """log(1..N) along the last axis, so that A = -(1..N): a real tensor, safe to update in place."""
    states = torch.arange(1, shape[-1] + 1, dtype=torch.float32)
    return states.log().expand(*shape).contiguous()


def step_rank(width: int) -> int:
    """Rank of the step projection for a model width before expansion."""
    return math.ceil(width / 16)
