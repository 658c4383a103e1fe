"""Which cases of the work list are shown."""

from enum import StrEnum


class CaseFilter(StrEnum):
    """A part of the work list."""

    ALL = "all"
    UNDECIDED = "undecided"
    """Without a decision of a clinician."""
    OUTCOME_UNKNOWN = "outcome unknown"
    """Decided cases of which nobody has entered what became of the lesion."""
    URGENT = "urgent"
    SOON = "soon"
    ROUTINE = "routine"
    """Cases whose band is this one, decided or not."""
    WITHOUT_BAND = "without band"
    """Cases without a score that counts."""
    UNCORRECTED = "uncorrected"
    """Cases whose boundary nobody has corrected or confirmed."""
    CORRECTED = "corrected"
    """Cases whose boundary a person has drawn or changed, decided or not."""
    CONFIRMED = "confirmed"
    """Cases whose predicted boundary a person has found right, decided or not."""
    SKIPPED = "skipped"
    """Cases whose boundary was skipped with a reason and not reviewed since."""
    SECOND_LOOK = "second look"
    """Cases for whose boundary somebody has asked for a second look."""
