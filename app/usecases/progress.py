"""How a long job says how far it is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long job is."""

    done: int
    of: int
    label: str
