"""What a network shows of itself so that its answer can be explained.

A network that has one of these protocols gets all overlays that read it; `models.nets.overlays` holds the
table. The networks know nothing of overlays.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeGuard, runtime_checkable

from torch import Tensor, nn

_ANY_SIDE_PX = 64
"""Which layers mix does not depend on the size of the images."""


class Cut(NamedTuple):
    """A network cut in two: grids of features, and the way from these alone to the answer."""

    sources: tuple[Tensor, ...]
    """Grids (B, h, w, C), the deepest first; whole multiples of one another in size."""
    answer: Callable[[Sequence[Tensor]], Tensor]
    """Sources to what is explained, (B,): a logit, or the sum of the logits over the outlined lesion."""


class Mixing(NamedTuple):
    """Layers that mix the tokens of one grid, in their order."""

    layers: tuple[nn.Module, ...]
    """Each with a selective scan (`Scans`) or a `SelfAttention`."""
    grid: tuple[int, int]
    """Rows and columns of the tokens."""
    window: int
    """Side of the windows within which they mix, as in `into_windows`; one that covers the grid is none."""


@runtime_checkable
class Divisible(Protocol):
    """A network that can be cut. Both cuts take its inputs and compute the first half without gradients."""

    def cut(self, images: Tensor, *table: Tensor) -> Cut:
        """Cut where what was found on the image is still apart from what the network makes of it."""
        ...

    def late_cut(self, images: Tensor, *table: Tensor) -> Cut:
        """Cut at the features that carry the answer: where Grad-CAM looks."""
        ...


@runtime_checkable
class MixesTokens(Protocol):
    """A network with scans, or scans and attention, over one grid of tokens."""

    def mixing(self, height_px: int, width_px: int) -> Mixing:
        """Return the layers whose mixing can be followed, for images of this size."""
        ...


@runtime_checkable
class GatesSkips(Protocol):
    """A network that weighs every place of its skips before its decoder reads them."""

    def skip_gates(self, images: Tensor) -> tuple[Tensor, ...]:
        """Return the weights (B, h, w) in [0, 1] of each level's places, the coarsest level first."""
        ...


def mixes_tokens(network: nn.Module) -> TypeGuard[MixesTokens]:
    """Say whether a network has layers whose mixing can be followed; one built without its scans has none."""
    return isinstance(network, MixesTokens) and bool(network.mixing(_ANY_SIDE_PX, _ANY_SIDE_PX).layers)


def tokens_of(grid: tuple[int, int], layers: Sequence[nn.Module]) -> Mixing:
    """Return the mixing of layers that see their whole grid."""
    return Mixing(tuple(layers), grid, max(grid))
