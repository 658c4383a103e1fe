"""Identifiers: random 32-character hexadecimal strings, so that nothing about a patient is in them."""

import uuid
from typing import NewType

PatientId = NewType("PatientId", str)
LesionId = NewType("LesionId", str)
VisitId = NewType("VisitId", str)
ImageId = NewType("ImageId", str)
PredictionId = NewType("PredictionId", str)
RevisionId = NewType("RevisionId", str)
DecisionId = NewType("DecisionId", str)
BlobName = NewType("BlobName", str)
"""SHA-256 of a stored file's bytes, 64 hexadecimal characters."""


def new_id() -> str:
    """Return a fresh random identifier."""
    return uuid.uuid4().hex
