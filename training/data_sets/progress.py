"""The progress bar of long walks through a data folder; on a terminal only."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm  # type: ignore[import-untyped]  # tqdm ships no types

Item = TypeVar("Item")


def shown(items: Iterable[Item], label: str, total: int | None = None) -> Iterator[Item]:
    """``items`` with a bar on stderr that disappears when they are done."""
    return iter(tqdm(items, desc=label, total=total, leave=False, mininterval=0.5, disable=None))
