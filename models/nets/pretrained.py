"""Networks with an encoder that ImageNet weights exist for, and the memory layout they are fast in."""

from typing import Protocol, runtime_checkable

import torch
from torch import nn

from models.nets.layers.efficientnet import EfficientNetLite


@runtime_checkable
class HasPretrainedEncoder(Protocol):
    """A network with an encoder that ImageNet weights exist for."""

    @property
    def pretrained_encoder(self) -> EfficientNetLite:
        """The encoder, with or without its last map."""
        ...


def in_fastest_layout(network: nn.Module) -> nn.Module:
    """The same network with the channels of its convolutions last, where that was measured to be faster.

    A step of the networks on EfficientNet-Lite takes two thirds of the time on a CPU; the other networks keep
    their features in the layout that each layer prefers.
    """
    if isinstance(getattr(network, "core", network), HasPretrainedEncoder):
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]
    return network
