"""What a layer gives to its selective scan for certain tokens: enough to see the attention hidden in it."""

from typing import NamedTuple, Protocol, runtime_checkable

from torch import Tensor


class ScanReading(NamedTuple):
    """The arguments of `selective_scan`, without the weight of the input itself."""

    u: Tensor
    """(B, H, W, D)."""
    selectivity: Tensor
    """(B, H, W, K, R + 2N): low-rank step, B, C."""
    delta_weight: Tensor
    """(K, D, R)."""
    delta_bias: Tensor
    """(K, D)."""
    a_log: Tensor
    """(K, D, N); the decay is -exp of it."""
    directions: tuple[int, ...]
    """K codes, as in `selective_scan`."""


@runtime_checkable
class Scans(Protocol):
    """A layer with a selective scan in it."""

    def reading(self, tokens: Tensor) -> ScanReading:
        """Return what the layer would scan for its input ``tokens``."""
        ...
