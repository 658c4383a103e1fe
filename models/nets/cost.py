"""What one image costs a network: parameters, multiply-adds and scan elements, counted and not estimated.

Counters that go by modules, or by a list of operators of their own, pass over what matters here: string
paddings ("same"), maps called as functions (the projections of SS2D, the pointwise maps of ConvNeXt) and the
selective scan, which is how a network of 3.8 G multiply-adds came to be called one of 0.97 G. This one
listens to torch's dispatcher, below all of that, where every product is one of a few operators. The
convention is that of `Cost`.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

import models.nets.layers.scan.selective_scan  # noqa: F401  registers the operator of the scan

FLOPS_PER_SCAN_ELEMENT = 9
"""Per token, channel and state of a scan, as VMamba's authors count it (arXiv 2401.10166)."""

CONVENTION = (
    "1 MAC is one multiply-add of a convolution, a linear map or an attention product; zeros that pad a "
    "convolution count, biases, norms, activations and interpolation do not. A selective scan costs 9 FLOPs "
    "per token, channel, state and direction, and the MACs that widen its step. FLOPs are 2 per MAC plus the "
    "scans; papers often call a MAC a FLOP and leave the scans out."
)
"""What the figures mean, in words to be printed under every table of them."""


@dataclass(frozen=True)
class Cost:
    """The cost of one forward pass.

    ``macs``: multiply-adds of convolutions, linear maps and attention products, those that widen a scan's
    low-rank step included. ``scan_elements``: tokens x channels x states x directions of all selective scans;
    each is one update of a state, of `FLOPS_PER_SCAN_ELEMENT` FLOPs. Biases, norms, activations, pooling and
    interpolation are not counted (a network that resamples by a matrix product is charged for the product).
    """

    parameters: int
    macs: int
    scan_elements: int

    @property
    def scan_flops(self) -> int:
        """FLOPs of the selective scans."""
        return FLOPS_PER_SCAN_ELEMENT * self.scan_elements

    @property
    def flops(self) -> int:
        """All counted FLOPs, two per multiply-add."""
        return 2 * self.macs + self.scan_flops


def cost_of(network: nn.Module, inputs: Mapping[str, Tensor]) -> Cost:
    """Count one forward pass on ``inputs`` (by argument name, any device), in evaluation mode.

    Nothing is computed: the pass runs on a copy without data, so that a large network costs nothing to count.
    """
    counter = _Counter()
    shapes = copy.deepcopy(network).to("meta").eval()
    with torch.no_grad(), counter:
        shapes(**{name: tensor.to("meta") for name, tensor in inputs.items()})
    return Cost(trainable_parameters(network), counter.macs, counter.scan_elements)


def trainable_parameters(network: nn.Module) -> int:
    """Trainable numbers, each once; running statistics are none."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


_Operator: TypeAlias = Any
"""One of torch's operators, for which it has no public type."""
_Arguments: TypeAlias = tuple[Any, ...]
_Rule: TypeAlias = Callable[[_Arguments, Tensor], int]
"""Multiply-adds of an operator from its arguments and its output."""


class _Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves this class untyped
    """Adds up what passes the dispatcher."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch leaves this class untyped
        self.macs = 0
        self.scan_elements = 0

    def __torch_dispatch__(
        self,
        func: _Operator,
        types: object,
        args: _Arguments = (),
        kwargs: dict[str, Any] | None = None,
    ) -> object:
        output = func(*args, **(kwargs or {}))
        if func is _SCAN:
            self.macs += _step_macs(args) + _projection_macs(args)
            self.scan_elements += _scan_elements(args)
        elif func in _RULES:
            self.macs += _RULES[func](args, output)
        return output


def _convolution(args: _Arguments, output: Tensor) -> int:
    """A weight is (out, in / groups, ...), transposed (in, out / groups, ...).

    So each number written, transposed each number read, meets as many weights as one row of them has.
    """
    image, weight, is_transposed = args[0], args[1], args[6]
    places: Tensor = image if is_transposed else output
    return places.numel() * int(prod(weight.shape[1:]))


def _product(args: _Arguments, output: Tensor) -> int:
    """Of the last two arguments: each number of the output is a sum as long as a row of the first."""
    return output.numel() * int(args[-2].shape[-1])


def _step_macs(args: _Arguments) -> int:
    """Those that widen the low-rank step of every token, in each direction."""
    u, delta_weight = args[0], args[2]
    return int(prod(u.shape[:3])) * int(delta_weight.numel())


def _projection_macs(args: _Arguments) -> int:
    """Those that make the selectivity of every token, where the scan does it itself."""
    u, projection, is_projected = args[0], args[1], args[6]
    return int(prod(u.shape[:3])) * int(projection.numel()) if is_projected else 0


def _scan_elements(args: _Arguments) -> int:
    u, a = args[0], args[4]
    return int(prod(u.shape[:3])) * int(a.numel())


_aten = torch.ops.aten
_SCAN: _Operator = torch.ops.naevus.selective_scan.default
# Attention needs no rule: without data it is carried out as two batched products.
_RULES: dict[_Operator, _Rule] = {
    _aten.convolution.default: _convolution,
    _aten.mm.default: _product,
    _aten.addmm.default: _product,
    _aten.bmm.default: _product,
    _aten.baddbmm.default: _product,
    _aten.mv.default: _product,
}
