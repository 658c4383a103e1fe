"""How much an answer leans on what each layer of a mixing brought: its slope where the mixing ends."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call

from models.nets.layers.attention import SelfAttention
from models.nets.layers.ss2d import SS2D
from models.nets.segmentation.outliner import Outliner, said_of_lesion


class Leaning(NamedTuple):
    """What a layer was given, and how the answer changes with what its mixing gave."""

    tokens: Tensor
    """As the layer takes them."""
    slope: Tensor
    """Of the answer by what `reader` was given, in its shape."""


def leanings(network: nn.Module, layers: Sequence[nn.Module], *batch: Tensor) -> list[Leaning]:
    """Run the network once, and back from its answer as far as the first of its layers.

    Parameters count as constants, so that nothing before that layer is kept for the way back.
    """
    given: dict[nn.Module, Tensor] = {}
    added: dict[nn.Module, Tensor] = {}
    with ExitStack() as hooks, torch.enable_grad():
        for layer in layers:

            def keep(layer: nn.Module, arguments: tuple[Tensor, ...]) -> None:
                given[layer] = arguments[0].detach()

            def add_nothing(
                _: nn.Module, arguments: tuple[Tensor, ...], layer: nn.Module = layer
            ) -> tuple[Tensor]:
                added[layer] = torch.zeros_like(arguments[0], requires_grad=True)
                return (arguments[0] + added[layer],)

            hooks.enter_context(layer.register_forward_pre_hook(keep))
            hooks.enter_context(reader(layer).register_forward_pre_hook(add_nothing))
        constants = {name: parameter.detach() for name, parameter in network.named_parameters()}
        logits: Tensor = functional_call(network, constants, batch)
        answers = said_of_lesion(logits) if isinstance(network, Outliner) else logits[:, 0]
        slopes = torch.autograd.grad(answers.sum(), [added[layer] for layer in layers])
    return [Leaning(given[layer], slope) for layer, slope in zip(layers, slopes, strict=True)]


def reader(layer: nn.Module) -> nn.Module:
    """Return the part of a mixing layer that first reads what the scan or the attention gave."""
    if isinstance(layer, SS2D):
        return layer.norm
    return layer.get_submodule("output" if isinstance(layer, SelfAttention) else "out_proj")
