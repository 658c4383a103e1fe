"""One image on its way out of the file that holds it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ContainedFile:
    """An image file, and how people name it."""

    path: Path
    """Where its bytes are."""
    shown: Path
    """How it is named to people, and by which it can be asked for again."""
    note: tuple[str, str] | None = None
    """The line of provenance that says where it was."""
    problem: str = ""
    """Why it cannot be taken, where that is known before it is read; the other images still can."""
