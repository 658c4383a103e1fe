"""How the steps of a mask's history are called."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepLabel:
    """The name of a kind of step: ``name`` in the journal, ``text`` beside Undo."""

    name: str
    text: str
    merge_id: int = -1
    """Successive steps with the same number are one step for the person; -1 never merges."""
