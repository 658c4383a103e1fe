"""Figures of an exam as text: one way of writing them in sentences and tables."""

from typing import Final

PLACES: Final = 3
"""After the point; more would be noise on a few hundred images."""

_MINUS: Final = "\N{MINUS SIGN}"


def figure_text(value: float) -> str:
    """Return a figure with three places; what rounds to zero has no sign."""
    return f"{_rounded(value):.{PLACES}f}".replace("-", _MINUS)


def signed_text(value: float) -> str:
    """Return a difference with its sign and three places; what rounds to zero has no sign."""
    rounded = _rounded(value)
    return f"{rounded:+.{PLACES}f}".replace("-", _MINUS) if rounded else figure_text(rounded)


def _rounded(value: float) -> float:
    """Return the value as it will be read; adding zero turns -0.0 into 0.0."""
    return round(value, PLACES) + 0.0
