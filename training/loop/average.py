"""The exponential moving average of a network's weights, buffers included."""

import copy

import torch
from torch import Tensor, nn


class AveragedNetwork:
    """A second network whose weights trail the first; it is the one measured and published."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(requires_grad=False)
        self.decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Move towards ``network`` after zero-based ``step``; buffers are copied as they are."""
        decay = min(self.decay, (1 + step) / (10 + step))
        averages: list[Tensor] = list(self.network.parameters())
        current: list[Tensor] = [parameter.detach() for parameter in network.parameters()]
        torch._foreach_lerp_(averages, current, 1 - decay)
        for average, buffer in zip(self.network.buffers(), network.buffers(), strict=True):
            average.copy_(buffer)
