"""The screen that a door prints its tables to."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_FILE_WIDTH = 220
"""In characters. A file or a pipe has no width; tables would be folded to that of an old terminal."""


def screen() -> "Console":
    """The terminal at its own width, or whatever stands in its place at one that fits all tables."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=_FILE_WIDTH)
