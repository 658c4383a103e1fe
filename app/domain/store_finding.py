"""What an examination of the case store comes upon."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreFinding:
    """One thing an examination of the case store came upon."""

    is_problem: bool
    sentence: str
