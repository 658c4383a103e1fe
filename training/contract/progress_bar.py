"""Progress bars of long walks and of epochs; they write to stderr, which a run keeps in log.txt."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from tqdm import tqdm  # type: ignore[import-untyped]  # tqdm ships no types

Item = TypeVar("Item")


class Bar(Protocol):
    """A bar over the steps of an epoch."""

    def __iter__(self) -> Iterator[int]:
        """Count the steps."""

    def set_postfix(self, *, loss: str, refresh: bool) -> None:
        """Show the loss so far."""


def shown(items: Iterable[Item], label: str, total: int | None = None) -> Iterator[Item]:
    """``items`` with a bar on a terminal that disappears when they are done."""
    return iter(tqdm(items, desc=label, total=total, leave=False, mininterval=1, disable=None))


def step_bar(first: int, count: int, label: str) -> Bar:
    """A bar over steps ``first`` .. ``count`` - 1 of an epoch."""
    bar: Bar = tqdm(range(first, count), desc=label, initial=first, total=count, mininterval=2)
    return bar
