"""The trail of who did what, when, with which model."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class AuditKind(StrEnum):
    """What was done; the values are stored and never change, whatever people read."""

    IMAGE_IMPORTED = "image imported"
    DAMAGED_FILE_TAKEN = "damaged file taken"
    IMAGE_CALIBRATED = "image calibrated"
    SAMPLE_DESCRIBED = "sample described"
    PATIENT_ADDED = "patient added"
    PATIENT_EDITED = "patient edited"
    LESION_EDITED = "lesion edited"
    VISIT_EDITED = "visit edited"
    LESION_ASSIGNED = "lesion assigned"
    PATIENTS_JOINED = "patients found to be one"
    PATIENTS_KEPT_APART = "patients kept apart"
    BOUNDARY_PREDICTED = "boundary predicted"
    """Its subject is the image, its detail the prediction; so it is for every prediction and revision."""
    BOUNDARY_ASSESSED = "boundary assessed"
    SCORE_COMPUTED = "score computed"
    UNSUITABLE_IMAGE_SCORED = "unsuitable image scored"
    """Its detail is the boundary prediction whose verdict on the frame was overruled."""
    BAND_ACCEPTED = "band accepted"
    """Its detail is the score whose band was accepted."""
    MASK_CORRECTED = "mask corrected"
    MASK_RESET = "mask reset to prediction"
    MASK_REVERTED = "mask reverted to revision"
    """Stored with the number of that revision behind it."""
    MASK_CONFIRMED = "mask confirmed"
    MASK_REFINED = "mask refined from clicks"
    """Stored with the correction that a refiner helped to draw; its detail names the refiner."""
    BOUNDARY_SKIPPED = "boundary skipped"
    """Its detail is a SkipReason."""
    BOUNDARY_TAKEN_UP = "skipped boundary taken up"
    SECOND_LOOK_ASKED = "second look asked for"
    SECOND_LOOK_WITHDRAWN = "second look no longer asked for"
    MASK_STARTED = "mask taken as a starting point"
    DECISION_RECORDED = "decision recorded"
    CASE_REMOVED = "case removed"
    CASE_RESTORED = "case restored"
    CASE_EXPORTED = "case exported"
    ACTS_EXPORTED = "audit trail exported"
    SNAPSHOT_FROZEN = "snapshot frozen"
    TRAINING_STARTED = "training started"
    TRAINING_ASKED_TO_STOP = "training asked to stop"
    TRAINING_ENDED = "training ended"
    """The run did not stop when it was asked."""
    TRAINING_RESUMED = "training resumed"
    MODEL_SHELVED = "model shelved"
    MODEL_EXAMINED = "model examined"
    MODEL_IMPORTED = "model imported"
    MODEL_EXPORTED = "model exported"
    MODEL_PROMOTED = "model promoted"
    MODEL_ROLLED_BACK = "model rolled back"
    DATA_FOLDER_MADE_PRIVATE = "data folder made private"


EDITS: Final = frozenset({AuditKind.PATIENT_EDITED, AuditKind.LESION_EDITED, AuditKind.VISIT_EDITED})
"""The acts that name the edited fields."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act, in the order of ``sequence`` (which does not depend on the clock)."""

    sequence: int
    at: datetime
    who: str
    kind: AuditKind | str
    """A plain text is that of an act which another version of the program has stored."""
    subject: str
    """Identifier of the patient, image, prediction or revision concerned."""
    detail: str = ""
    fields: tuple[str, ...] = ()
    """Names of the fields that an edit changed, never their values."""
    reverted_to: int | None = None
    """Number of the revision that a mask was reverted to."""
    weights_sha256: str | None = None
