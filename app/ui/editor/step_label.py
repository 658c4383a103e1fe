"""How the steps of a mask's history are called."""

from dataclasses import dataclass
from enum import Enum


class StepOrigin(Enum):
    """Who decided what a step changed."""

    HAND = "hand"
    MODEL = "model"
    ANEW = "anew"
    """The whole mask was taken anew; what was drawn before says nothing about it."""


@dataclass(frozen=True, slots=True)
class StepLabel:
    """The name of a kind of step: ``name`` in the journal, ``text`` beside Undo."""

    name: str
    text: str
    merge_id: int = -1
    """Successive steps with the same number are one step for the person; -1 never merges."""
    origin: StepOrigin = StepOrigin.HAND
