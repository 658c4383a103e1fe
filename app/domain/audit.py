"""The trail of who did what, when, with which model."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias


class AuditKind(StrEnum):
    """What was done; the values are stored and never change, whatever people read."""

    IMAGE_IMPORTED = "image imported"
    DAMAGED_FILE_TAKEN = "damaged file taken"
    IMAGE_CALIBRATED = "image calibrated"
    DEVICE_PROFILE_STORED = "device profile stored"
    """Its subject is the profile, its detail name and scale."""
    DEVICE_PROFILE_WITHDRAWN = "device profile withdrawn"
    SAMPLE_DESCRIBED = "sample described"
    PATIENT_ADDED = "patient added"
    PATIENT_EDITED = "patient edited"
    LESION_EDITED = "lesion edited"
    VISIT_EDITED = "visit edited"
    LESION_ASSIGNED = "lesion assigned"
    """Of this act and the following five, the detail of images and lesions is the move they belong to."""
    IMAGES_MOVED = "images moved to another lesion"
    LESION_SPLIT = "images moved to a new lesion"
    LESIONS_MERGED = "lesions merged"
    VISIT_CHANGED = "images moved to another visit"
    MOVE_UNDONE = "move undone"
    IMAGE_KIND_SET = "kind of image set"
    """Its detail is the kind in words."""
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
    OTHER_LESION_ADDED = "lesion of the image added"
    """Its subject is the image, its detail the list of lesions; so it is for all acts up to the imported
    ones, see ``KIND_BY_CHANGE``."""
    OTHER_LESION_DRAWN = "lesion of the image drawn"
    LESION_NAMED = "lesion of the image named"
    OTHER_LESION_REMOVED = "lesion of the image removed"
    REGION_SEPARATED = "region of the mask separated"
    LESION_JOINED = "lesion of the image joined"
    LESION_OF_INTEREST_CHOSEN = "lesion of interest chosen"
    LESIONS_TAKEN_BACK = "lesions of the image taken back"
    LESIONS_IMPORTED = "lesions of the image imported"
    DECISION_RECORDED = "decision recorded"
    OUTCOME_RECORDED = "outcome recorded"
    """Its subject is the image, its detail the outcome; so it is for one that is taken back."""
    OUTCOME_WITHDRAWN = "outcome withdrawn"
    OUTCOME_REFILED = "outcome filed with its lesion"
    """A move took the outcome from the image, or brought it back."""
    READING_RECORDED = "reading recorded"
    STRUCTURE_MARKED = "structure marked"
    """Its subject is the image, its detail the mark; so it is when the mark is withdrawn."""
    STRUCTURE_MARK_WITHDRAWN = "mark of a structure withdrawn"
    TAG_ADDED = "tag put on a case"
    """Its detail is the tag; so it is for one that is taken off."""
    TAG_REMOVED = "tag taken off a case"
    CASE_ASSIGNED = "case assigned"
    """Its detail is the name of the person."""
    ASSIGNMENT_ENDED = "case assigned to nobody"
    FILTER_KEPT = "filter kept"
    """Its subject is the name of the filter, its detail the search."""
    FILTER_GIVEN_UP = "filter given up"
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


MOVES: Final = frozenset(
    {
        AuditKind.LESION_ASSIGNED,
        AuditKind.IMAGES_MOVED,
        AuditKind.LESION_SPLIT,
        AuditKind.LESIONS_MERGED,
        AuditKind.VISIT_CHANGED,
        AuditKind.MOVE_UNDONE,
    }
)
"""The acts that file images and lesions elsewhere, and can be undone."""

EDITS: Final = frozenset({AuditKind.PATIENT_EDITED, AuditKind.LESION_EDITED, AuditKind.VISIT_EDITED})
"""The acts that name the edited fields."""


EditedValue: TypeAlias = str | int | float | bool | None
"""A value of a field as the audit trail keeps it; a day as ISO 8601 text."""


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """What an edit made of one field."""

    field: str
    """Its name in the record."""
    old: EditedValue
    new: EditedValue


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
    """Names of the fields that an edit changed."""
    edits: tuple[FieldEdit, ...] = ()
    """The same with their values; empty where an earlier version of the program noted names alone."""
    reverted_to: int | None = None
    """Number of the revision that a mask was reverted to."""
    weights_sha256: str | None = None
