"""Overlays: maps that say what on the image a score came from. One idea per file, all listed in OVERLAYS.

Every overlay takes the classifier in evaluation mode and its three inputs, and returns one map per sample
on the network's grid, (B, h, w) float32; bringing a map to image size and colouring it is done elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from models.nets.overlays.gate import gate_map
from models.nets.overlays.grad_cam import grad_cam
from models.nets.overlays.gradient_x_input import gradient_x_input
from models.nets.overlays.hidden_attention import hidden_attention_map


@dataclass(frozen=True)
class Overlay:
    """A way to explain a score."""

    name: str
    is_signed: bool
    """Whether values below zero speak against malignancy; otherwise the map is not negative."""
    compute: Callable[..., Tensor]
    """(network, images, numeric, categorical) to maps (B, h, w) float32."""


OVERLAYS: tuple[Overlay, ...] = (
    Overlay("gradient_x_input", is_signed=True, compute=gradient_x_input),
    Overlay("hidden_attention", is_signed=False, compute=hidden_attention_map),
    Overlay("gate", is_signed=False, compute=gate_map),
    Overlay("grad_cam", is_signed=False, compute=grad_cam),
)
"""Every overlay the model server offers; the first is the default."""
