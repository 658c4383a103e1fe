"""What the layers of a network's mixing were given, and the way from their tokens back to the grid."""

from collections.abc import Sequence
from contextlib import ExitStack

import torch
from torch import Tensor, nn

from models.nets.explainable import Mixing
from models.nets.layers.windows import from_windows


@torch.no_grad()
def inputs_of(network: nn.Module, layers: Sequence[nn.Module], *batch: Tensor) -> list[Tensor]:
    """Run the network once and return what each of its layers was given, in the order of ``layers``."""
    given: dict[nn.Module, Tensor] = {}
    with ExitStack() as hooks:
        for layer in layers:

            def keep(layer: nn.Module, arguments: tuple[Tensor, ...]) -> None:
                given[layer] = arguments[0]

            hooks.enter_context(layer.register_forward_pre_hook(keep))
        network(*batch)
    return [given[layer] for layer in layers]


def on_grid(mixing: Mixing, values: Tensor) -> Tensor:
    """Lay one value per token, (B, ...) in the layers' own order, on the grid, (B', h, w)."""
    tokens = values.flatten(1).reshape(-1, _tokens_per_window(mixing), 1)
    return from_windows(tokens, mixing.window, *mixing.grid)[..., 0]


def _tokens_per_window(mixing: Mixing) -> int:
    rows, columns = (min(mixing.window, side) for side in mixing.grid)
    return rows * columns
