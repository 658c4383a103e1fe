"""Files that ship with the application: models with their cards, samples, fonts, terms, icons."""

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def path(*parts: str) -> Path:
    """Return the path of a shipped file or folder, for example ``path("samples")``."""
    return ROOT.joinpath(*parts)


def rows(*parts: str) -> list[dict[str, str]]:
    """Return the lines of a shipped CSV table by the names of its columns."""
    with path(*parts).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))
