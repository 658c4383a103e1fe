"""The one progress bar of the command lines, on standard error; without a terminal there is none."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Item = TypeVar("Item")

_REFRESHES_PER_S = 2


def progress_bar(console: Console | None = None, *, draws_by_itself: bool = True) -> Progress:
    """A bar that disappears when the work is done; off where nobody looks.

    Args:
        console: standard error when left out.
        draws_by_itself: by a thread; without it the bar is drawn when it is told to.
    """
    chosen = Console(stderr=True) if console is None else console
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=chosen,
        transient=True,
        disable=not chosen.is_terminal,
        refresh_per_second=_REFRESHES_PER_S,
        auto_refresh=draws_by_itself,
    )


def shown(items: Iterable[Item], label: str, total: int | None = None) -> Iterator[Item]:
    """``items`` with a bar that disappears when they are done."""
    known = len(items) if total is None and isinstance(items, Sized) else total
    with progress_bar() as bar:
        task = bar.add_task(escape(label), total=known)
        for item in items:
            yield item
            bar.advance(task)


@contextmanager
def named_parts(label: str, count: int) -> Iterator[Callable[[str], None]]:
    """A bar of ``count`` parts; each call begins the next one and says what it is.

    Nothing is drawn in between, because parts may be measurements of time.
    """
    with progress_bar(draws_by_itself=False) as bar:
        task = bar.add_task(escape(label), total=count)
        begun = 0

        def begin(part: str) -> None:
            nonlocal begun
            bar.update(task, completed=begun, description=escape(f"{label}: {part}"), refresh=True)
            begun += 1

        yield begin


class EpochBar:
    """The steps of an epoch; without a terminal one line when it ends, which a run keeps in log.txt."""

    def __init__(self, first: int, count: int, label: str) -> None:
        self._first, self._count, self._label = first, count, label
        self._loss = ""

    def __iter__(self) -> Iterator[int]:
        """Count the steps from the first one."""
        with progress_bar() as bar:
            task = bar.add_task(self._label, total=self._count, completed=self._first)
            for step in range(self._first, self._count):
                yield step
                bar.update(task, completed=step + 1, description=f"{self._label} {self._loss}".rstrip())
        if bar.disable:
            sys.stderr.write(f"{self._label}: {self._count} steps {self._loss}".rstrip() + "\n")
            sys.stderr.flush()

    def show_loss(self, loss: float) -> None:
        """Show the mean loss so far."""
        self._loss = f"loss {loss:.4f}"
