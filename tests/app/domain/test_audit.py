"""Words that stand in every stored database: one that changes makes acts of earlier versions unknown."""

from app.domain.audit import EDITS, AuditKind
from app.domain.revision import RevisionReason

_STORED_ACTS = {
    "IMAGE_IMPORTED": "image imported",
    "DAMAGED_FILE_TAKEN": "damaged file taken",
    "IMAGE_CALIBRATED": "image calibrated",
    "SAMPLE_DESCRIBED": "sample described",
    "PATIENT_ADDED": "patient added",
    "PATIENT_EDITED": "patient edited",
    "LESION_EDITED": "lesion edited",
    "VISIT_EDITED": "visit edited",
    "LESION_ASSIGNED": "lesion assigned",
    "PATIENTS_JOINED": "patients found to be one",
    "PATIENTS_KEPT_APART": "patients kept apart",
    "BOUNDARY_PREDICTED": "boundary predicted",
    "BOUNDARY_ASSESSED": "boundary assessed",
    "SCORE_COMPUTED": "score computed",
    "UNSUITABLE_IMAGE_SCORED": "unsuitable image scored",
    "BAND_ACCEPTED": "band accepted",
    "MASK_CORRECTED": "mask corrected",
    "MASK_STARTED": "mask taken as a starting point",
    "MASK_REFINED": "mask refined from clicks",
    "MASK_RESET": "mask reset to prediction",
    "MASK_REVERTED": "mask reverted to revision",
    "MASK_CONFIRMED": "mask confirmed",
    "BOUNDARY_SKIPPED": "boundary skipped",
    "BOUNDARY_TAKEN_UP": "skipped boundary taken up",
    "SECOND_LOOK_ASKED": "second look asked for",
    "SECOND_LOOK_WITHDRAWN": "second look no longer asked for",
    "DECISION_RECORDED": "decision recorded",
    "CASE_REMOVED": "case removed",
    "CASE_RESTORED": "case restored",
    "CASE_EXPORTED": "case exported",
    "ACTS_EXPORTED": "audit trail exported",
    "SNAPSHOT_FROZEN": "snapshot frozen",
    "TRAINING_STARTED": "training started",
    "TRAINING_ASKED_TO_STOP": "training asked to stop",
    "TRAINING_ENDED": "training ended",
    "TRAINING_RESUMED": "training resumed",
    "MODEL_SHELVED": "model shelved",
    "MODEL_EXAMINED": "model examined",
    "MODEL_IMPORTED": "model imported",
    "MODEL_EXPORTED": "model exported",
    "MODEL_PROMOTED": "model promoted",
    "MODEL_ROLLED_BACK": "model rolled back",
    "DATA_FOLDER_MADE_PRIVATE": "data folder made private",
}


def test_the_stored_words_of_acts_are_those_of_every_earlier_version() -> None:
    found = {kind.name: kind.value for kind in AuditKind}
    assert found == _STORED_ACTS


def test_the_stored_words_of_reasons_are_those_of_every_earlier_version() -> None:
    found = {reason.name: reason.value for reason in RevisionReason}
    assert found == {
        "CORRECTED": "corrected",
        "STARTING_POINT": "taken as a starting point",
        "CONFIRMED": "confirmed",
        "RESET": "reset to prediction",
        "REVERTED": "reverted to revision",
    }


def test_the_acts_that_name_fields_are_the_edits() -> None:
    assert {kind.value for kind in EDITS} == {"patient edited", "lesion edited", "visit edited"}
