"""The trail of who did what, when, with which model."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act, in the order of ``sequence`` (which does not depend on the clock)."""

    sequence: int
    at: datetime
    who: str
    what: str
    """A past-tense verb with its object: 'image imported', 'mask corrected', 'report exported'."""
    subject: str
    """Identifier of the patient, image, prediction or revision concerned."""
    detail: str = ""
    weights_sha256: str | None = None
