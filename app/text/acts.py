"""What was done, in words, for every act of the audit trail."""

from collections.abc import Mapping
from typing import Final

from app.domain.audit import EDITS, MOVES, AuditEvent, AuditKind
from app.domain.ids import is_id
from app.domain.other_lesions import KIND_BY_CHANGE
from app.text.history import SKIP_WORDS, metadata_words
from app.text.lesions import CHANGE_WORDS
from app.translation import N_, _

WORDS_BY_KIND: Final[Mapping[AuditKind, str]] = {
    AuditKind.IMAGE_IMPORTED: N_("Image imported"),
    AuditKind.DAMAGED_FILE_TAKEN: N_("Damaged file taken"),
    AuditKind.IMAGE_CALIBRATED: N_("Scale of the image set"),
    AuditKind.SAMPLE_DESCRIBED: N_("Sample described"),
    AuditKind.PATIENT_ADDED: N_("Patient added"),
    AuditKind.PATIENT_EDITED: N_("Patient edited"),
    AuditKind.LESION_EDITED: N_("Lesion edited"),
    AuditKind.VISIT_EDITED: N_("Visit edited"),
    AuditKind.LESION_ASSIGNED: N_("Lesion assigned to another patient"),
    AuditKind.IMAGES_MOVED: N_("Filed under another lesion"),
    AuditKind.LESION_SPLIT: N_("Filed under a new lesion"),
    AuditKind.LESIONS_MERGED: N_("Lesion merged into another one"),
    AuditKind.VISIT_CHANGED: N_("Filed under another visit"),
    AuditKind.MOVE_UNDONE: N_("Move undone"),
    AuditKind.IMAGE_KIND_SET: N_("Kind of the image set"),
    AuditKind.PATIENTS_JOINED: N_("Patients found to be one"),
    AuditKind.PATIENTS_KEPT_APART: N_("Patients kept apart"),
    AuditKind.BOUNDARY_PREDICTED: N_("Boundary predicted"),
    AuditKind.BOUNDARY_ASSESSED: N_("Boundary assessed"),
    AuditKind.SCORE_COMPUTED: N_("Score computed"),
    AuditKind.UNSUITABLE_IMAGE_SCORED: N_("Unsuitable image scored on request"),
    AuditKind.BAND_ACCEPTED: N_("Lower band accepted"),
    AuditKind.MASK_CORRECTED: N_("Boundary corrected"),
    AuditKind.MASK_RESET: N_("Boundary reset to the prediction"),
    AuditKind.MASK_REVERTED: N_("Boundary reverted to an earlier revision"),
    AuditKind.MASK_CONFIRMED: N_("Boundary confirmed"),
    AuditKind.MASK_REFINED: N_("Boundary redrawn from clicks"),
    AuditKind.BOUNDARY_SKIPPED: N_("Boundary skipped"),
    AuditKind.BOUNDARY_TAKEN_UP: N_("Skipped boundary taken up again"),
    AuditKind.SECOND_LOOK_ASKED: N_("Second look asked for"),
    AuditKind.SECOND_LOOK_WITHDRAWN: N_("Second look no longer asked for"),
    AuditKind.MASK_STARTED: N_("Boundary taken as a starting point"),
    **{KIND_BY_CHANGE[change]: words for change, words in CHANGE_WORDS.items()},
    AuditKind.DECISION_RECORDED: N_("Decision recorded"),
    AuditKind.OUTCOME_RECORDED: N_("Outcome recorded"),
    AuditKind.OUTCOME_WITHDRAWN: N_("Outcome taken back"),
    AuditKind.OUTCOME_REFILED: N_("Outcome follows its lesion after a move"),
    AuditKind.STRUCTURE_MARKED: N_("New structure marked"),
    AuditKind.STRUCTURE_MARK_WITHDRAWN: N_("Mark of a new structure withdrawn"),
    AuditKind.DEVICE_PROFILE_STORED: N_("Scale of a device stored"),
    AuditKind.DEVICE_PROFILE_WITHDRAWN: N_("Scale of a device withdrawn"),
    AuditKind.READING_RECORDED: N_("Reading recorded"),
    AuditKind.TAG_ADDED: N_("Tag put on the case"),
    AuditKind.TAG_REMOVED: N_("Tag taken off the case"),
    AuditKind.CASE_ASSIGNED: N_("Case assigned"),
    AuditKind.ASSIGNMENT_ENDED: N_("Case assigned to nobody"),
    AuditKind.FILTER_KEPT: N_("Filter of the work list kept"),
    AuditKind.FILTER_GIVEN_UP: N_("Filter of the work list given up"),
    AuditKind.CASE_REMOVED: N_("Case removed from the work list"),
    AuditKind.CASE_RESTORED: N_("Case brought back"),
    AuditKind.CASE_EXPORTED: N_("Case exported"),
    AuditKind.ACTS_EXPORTED: N_("Audit trail exported"),
    AuditKind.SNAPSHOT_FROZEN: N_("Snapshot frozen"),
    AuditKind.TRAINING_STARTED: N_("Training started"),
    AuditKind.TRAINING_ASKED_TO_STOP: N_("Training asked to stop"),
    AuditKind.TRAINING_ENDED: N_("Training ended"),
    AuditKind.TRAINING_RESUMED: N_("Training resumed"),
    AuditKind.MODEL_SHELVED: N_("Model put on the shelf"),
    AuditKind.MODEL_EXAMINED: N_("Model examined"),
    AuditKind.MODEL_IMPORTED: N_("Model imported"),
    AuditKind.MODEL_EXPORTED: N_("Model exported"),
    AuditKind.MODEL_PROMOTED: N_("Model promoted"),
    AuditKind.MODEL_ROLLED_BACK: N_("Model rolled back"),
    AuditKind.DATA_FOLDER_MADE_PRIVATE: N_("Data folder made private"),
}


def act_words(event: AuditEvent) -> str:
    """Return what was done; an act of another version of the program has its own words."""
    if not isinstance(event.kind, AuditKind):
        return event.kind[:1].upper() + event.kind[1:]
    words = _(WORDS_BY_KIND.get(event.kind, event.kind))
    if event.reverted_to is None:
        return words
    return _("{words} ({number})").format(words=words, number=event.reverted_to)


def detail_words(event: AuditEvent) -> str:
    """Return what else is known of an act; identifiers, which tell a person nothing, are left out."""
    if event.kind in EDITS:
        described = metadata_words(event)
        return "" if described is None else described[1].replace("\n", "; ")
    if event.kind in MOVES and event.detail.startswith("{"):
        return _("The move as a whole; the acts on its images and lesions follow.")
    if event.kind is AuditKind.BOUNDARY_SKIPPED:
        return _(SKIP_WORDS.get(event.detail, event.detail))
    return "" if is_id(event.detail) else event.detail
