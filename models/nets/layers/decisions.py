"""Decisions: values by which a network multiplies what it has seen, instead of adding to it.

A layer marks them with `decided`, which changes nothing until somebody who explains an answer wants them
frozen; then every decision passes through the function that `decided_by` was given.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from torch import Tensor

Decide = Callable[[Tensor], Tensor]

_decide: ContextVar[Decide | None] = ContextVar("decide", default=None)


def decided(value: Tensor) -> Tensor:
    """Return a decision as it is, or as whoever explains the network wants it."""
    decide = _decide.get()
    return value if decide is None else decide(value)


@contextmanager
def decided_by(decide: Decide) -> Iterator[None]:
    """Pass all decisions through ``decide``, in the order in which the network takes them."""
    token = _decide.set(decide)
    try:
        yield
    finally:
        _decide.reset(token)


def are_decisions_watched() -> bool:
    """Whether somebody wants to have the decisions that networks take now."""
    return _decide.get() is not None
