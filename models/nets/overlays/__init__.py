"""Overlays: maps that say what on the image an answer came from. One idea per file, all listed in OVERLAYS.

Every overlay takes a network in evaluation mode and its inputs, and returns one map per sample on the
network's grid, (B, h, w) float32; bringing a map to image size and colouring it is done elsewhere. All but
`occlusion` run the network once, and backwards only as far as they must.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from models.nets.classification.fused_classifier import FusedClassifier
from models.nets.classification.image_classifier import ImageClassifier
from models.nets.classification.score_network import ScoreNetwork
from models.nets.explainable import Divisible, GatesSkips, mixes_tokens
from models.nets.overlays.attribution_rollout import attribution_rollout
from models.nets.overlays.class_activation import class_activation
from models.nets.overlays.cross_modal import cross_modal_map
from models.nets.overlays.gate import gate_map
from models.nets.overlays.grad_cam import grad_cam
from models.nets.overlays.gradient_x_input import gradient_x_input
from models.nets.overlays.hidden_attention import hidden_attention_map
from models.nets.overlays.occlusion import occlusion
from models.nets.overlays.rollout import rollout_map
from models.nets.overlays.skip_gates import skip_gate_map


@dataclass(frozen=True)
class Overlay:
    """A way to explain an answer."""

    name: str
    is_signed: bool
    """Whether values below zero speak against the answer; otherwise the map is not negative."""
    reads: Callable[[nn.Module], bool]
    """Whether a network can show it."""
    compute: Callable[..., Tensor]
    """(network, images, numeric, categorical) or, of an outliner, (network, images) to maps (B, h, w)."""


def _is(kind: type) -> Callable[[nn.Module], bool]:
    """Ask whether a network is of a class, or has a protocol of `models.nets.explainable`."""
    return lambda network: isinstance(network, kind)


def _chooses_by_gate(network: nn.Module) -> bool:
    return isinstance(network, FusedClassifier) and network.has_gate


OVERLAYS: tuple[Overlay, ...] = (
    Overlay("gradient_x_input", is_signed=True, reads=_is(Divisible), compute=gradient_x_input),
    Overlay("hidden_attention", is_signed=False, reads=mixes_tokens, compute=hidden_attention_map),
    Overlay("gate", is_signed=False, reads=_chooses_by_gate, compute=gate_map),
    Overlay("grad_cam", is_signed=False, reads=_is(Divisible), compute=grad_cam),
    Overlay("rollout", is_signed=False, reads=mixes_tokens, compute=rollout_map),
    Overlay("cross_modal", is_signed=False, reads=_is(FusedClassifier), compute=cross_modal_map),
    Overlay("class_activation", is_signed=True, reads=_is(ImageClassifier), compute=class_activation),
    Overlay("attribution_rollout", is_signed=False, reads=mixes_tokens, compute=attribution_rollout),
    Overlay("occlusion", is_signed=True, reads=_is(ScoreNetwork), compute=occlusion),
    Overlay("cbam_gates", is_signed=False, reads=_is(GatesSkips), compute=skip_gate_map),
)
"""Every overlay the model server offers; the first that a network can show is its default."""


def overlays_of(network: nn.Module) -> tuple[str, ...]:
    """Return the names of the overlays that a network can show, its default first."""
    return tuple(overlay.name for overlay in OVERLAYS if overlay.reads(network))
