"""The start from ImageNet: bundled weights of an encoder, and the memory layout it is fast in."""

from typing import Protocol, runtime_checkable

import torch
from safetensors.torch import load_file
from torch import nn

from models.nets.layers.efficientnet import EfficientNetLite
from models.nets.weights import WEIGHTS_FILE
from resources import path as shipped
from training.engine.reasons import PlanRefusedError


@runtime_checkable
class HasPretrainedEncoder(Protocol):
    """A network with an encoder that ImageNet weights exist for."""

    @property
    def pretrained_encoder(self) -> EfficientNetLite:
        """The encoder, with or without its last map."""
        ...


def fill_pretrained_encoder(network: nn.Module) -> None:
    """Fill the encoder of ``network`` with the bundled ImageNet weights.

    Raises:
        PlanRefusedError: the network has no such encoder, or one of another shape.
    """
    if not isinstance(network, HasPretrainedEncoder):
        raise PlanRefusedError("This network has no pretrained start; plan it with init = none.")
    encoder = network.pretrained_encoder
    state = load_file(shipped("pretrained", "efficientnet_lite0", WEIGHTS_FILE))
    wanted = encoder.state_dict()
    try:
        encoder.load_state_dict({name: state[name].to(wanted[name].dtype) for name in wanted})
    except (KeyError, RuntimeError) as error:
        raise PlanRefusedError(
            "The bundled ImageNet weights are of another encoder; plan it with init = none."
        ) from error


def in_fastest_layout(network: nn.Module) -> nn.Module:
    """The same network with the channels of its convolutions last, where that was measured to be faster.

    A step of the networks on EfficientNet-Lite takes two thirds of the time on a CPU; the other networks keep
    their features in the layout that each layer prefers.
    """
    if isinstance(getattr(network, "core", network), HasPretrainedEncoder):
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]
    return network
