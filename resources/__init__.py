"""Files that ship with the application: models with their cards, samples, fonts, terms, icons."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent


def path(*parts: str) -> Path:
    """Return the path of a shipped file or folder, for example ``path("samples")``."""
    return ROOT.joinpath(*parts)
