"""Identifiers: random 32-character hexadecimal strings, so that nothing about a patient is in them."""

import re
import uuid
from typing import NewType

PatientId = NewType("PatientId", str)
LesionId = NewType("LesionId", str)
VisitId = NewType("VisitId", str)
ImageId = NewType("ImageId", str)
PredictionId = NewType("PredictionId", str)
RevisionId = NewType("RevisionId", str)
DecisionId = NewType("DecisionId", str)
OutcomeId = NewType("OutcomeId", str)
ReadingId = NewType("ReadingId", str)
MarkId = NewType("MarkId", str)
LesionListId = NewType("LesionListId", str)
WorkId = NewType("WorkId", str)
"""Names what is drawn of one lesion of an image, see ``app.domain.stroke_journal``."""
ProfileId = NewType("ProfileId", str)
MoveId = NewType("MoveId", str)
BlobName = NewType("BlobName", str)
"""SHA-256 of a stored file's bytes, 64 hexadecimal characters."""


def is_id(text: str) -> bool:
    """Return whether a text has the form of an identifier."""
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None


def new_id() -> str:
    """Return a fresh random identifier."""
    return uuid.uuid4().hex
