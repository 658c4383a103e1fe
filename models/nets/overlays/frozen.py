"""A network with its decisions frozen: its answer as an affine function of the features it is cut at.

Everything that decides (step, B and C of every scan, gates, attention weights, the deviation a norm divides
by, the slope of an activation, the winner of a maximum) is taken as it came out and given no gradient. What
remains multiplies by constants and adds, so the answer is exactly the sum of what each feature and each
constant put in: MambaLRP (arXiv 2406.07592). Values are those of the ordinary forward pass; only gradients
differ. Layers mark their own gates with `decided`; activations, norms and attention are found here, as they
are called.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from models.nets.layers.decisions import Decide, decided, decided_by


@contextmanager
def frozen(decide: Decide = Tensor.detach) -> Iterator[None]:
    """Run networks with frozen decisions: each is what ``decide`` makes of it."""
    with decided_by(decide), _Affine():
        yield


class Tape:
    """Decisions in the order in which they were taken, to take them again for other features."""

    def __init__(self) -> None:
        self._taken: deque[Tensor] = deque()

    def record(self, decision: Tensor) -> Tensor:
        """Keep a decision and return it without gradient."""
        self._taken.append(decision.detach())
        return self._taken[-1]

    def replay(self, _: Tensor) -> Tensor:
        """Return the decision that was taken at this point instead of the new one."""
        return self._taken.popleft()


class _Affine(TorchFunctionMode):
    """Replaces functions that are not affine by their affine form at the point where they are called."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - whatever the function returns
        rule: Callable[..., Any] = _RULES.get(func, func)
        return rule(*args, **(kwargs or {}))


def _relu(x: Tensor, inplace: bool = False) -> Tensor:
    return x * decided((x > 0).to(x.dtype))


def _leaky_relu(x: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    return x * decided(torch.where(x > 0, 1.0, negative_slope).to(x.dtype))


def _silu(x: Tensor, inplace: bool = False) -> Tensor:
    return x * decided(torch.sigmoid(x))


def _gelu(x: Tensor, approximate: str = "none") -> Tensor:
    if approximate == "tanh":
        share = 0.5 * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)))
    else:
        share = 0.5 * (1.0 + torch.erf(x * math.sqrt(0.5)))
    return x * decided(share)


def _softplus(x: Tensor) -> Tensor:
    """Tangent at x: its ratio to x has no limit at zero."""
    slope = torch.sigmoid(x)
    return x * decided(slope) + decided(functional.softplus(x) - x * slope)


def _log(x: Tensor) -> Tensor:
    return x * decided(1.0 / x) + decided(x.log() - 1.0)


def _logsumexp(x: Tensor, dim: int) -> Tensor:
    """Tangent at x: the mean under its softmax, and what is left over as a constant."""
    weighted = (x * decided(torch.softmax(x, dim))).sum(dim)
    return weighted + decided(torch.logsumexp(x, dim) - weighted)


def _sigmoid(x: Tensor) -> Tensor:
    return decided(torch.sigmoid(x))


def _softmax(x: Tensor, dim: int) -> Tensor:
    return decided(torch.softmax(x, dim))


def _attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    likeness = query * query.shape[-1] ** -0.5 @ key.transpose(-1, -2)
    return decided(likeness.softmax(dim=-1)) @ value


def _layer_norm(
    x: Tensor,
    shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Divide by a constant; the mean stays, it is linear."""
    normed = _centred(x, tuple(range(-len(shape), 0)), eps)
    weighted = normed if weight is None else normed * weight
    return weighted if bias is None else weighted + bias


def _instance_norm(
    x: Tensor,
    _mean: Tensor | None = None,
    _variance: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    _uses_input: bool = True,
    _momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    normed = _centred(x, (-2, -1), eps)
    weighted = normed if weight is None else normed * weight[:, None, None]
    return weighted if bias is None else weighted + bias[:, None, None]


def _centred(x: Tensor, axes: tuple[int, ...], eps: float) -> Tensor:
    centred = x - x.mean(dim=axes, keepdim=True)
    return centred * decided((centred.square().mean(dim=axes, keepdim=True) + eps).rsqrt())


def _max_pool2d(x: Tensor, kernel_size: int, *_: object, **__: object) -> Tensor:
    """Take the winners' values; networks here pool squares that do not overlap."""
    winners: Tensor = functional.max_pool2d_with_indices(x, (kernel_size, kernel_size))[1]
    return x.flatten(2).gather(2, decided(winners).flatten(2)).view(winners.shape)


_RULES: dict[Callable[..., Any], Callable[..., Tensor]] = {
    functional.relu: _relu,
    torch.relu: _relu,
    functional.leaky_relu: _leaky_relu,
    functional.silu: _silu,
    functional.gelu: _gelu,
    functional.softplus: _softplus,
    Tensor.log: _log,
    Tensor.logsumexp: _logsumexp,
    torch.sigmoid: _sigmoid,
    torch.softmax: _softmax,
    Tensor.softmax: _softmax,
    functional.scaled_dot_product_attention: _attention,
    functional.layer_norm: _layer_norm,
    functional.instance_norm: _instance_norm,
    functional.max_pool2d: _max_pool2d,
}
"""What stands for each function that is not affine; all others are called as they are."""
