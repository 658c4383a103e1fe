"""Words that stand in every stored database: one that changes makes acts of earlier versions unknown."""

from app.domain.audit import EDITS, AuditKind
from app.domain.other_lesions import LesionChange
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
    "IMAGES_MOVED": "images moved to another lesion",
    "LESION_SPLIT": "images moved to a new lesion",
    "LESIONS_MERGED": "lesions merged",
    "VISIT_CHANGED": "images moved to another visit",
    "MOVE_UNDONE": "move undone",
    "IMAGE_KIND_SET": "kind of image set",
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
    "OTHER_LESION_ADDED": "lesion of the image added",
    "OTHER_LESION_DRAWN": "lesion of the image drawn",
    "LESION_NAMED": "lesion of the image named",
    "OTHER_LESION_REMOVED": "lesion of the image removed",
    "REGION_SEPARATED": "region of the mask separated",
    "LESION_JOINED": "lesion of the image joined",
    "LESION_OF_INTEREST_CHOSEN": "lesion of interest chosen",
    "LESIONS_TAKEN_BACK": "lesions of the image taken back",
    "LESIONS_IMPORTED": "lesions of the image imported",
    "MASK_RESET": "mask reset to prediction",
    "MASK_REVERTED": "mask reverted to revision",
    "MASK_CONFIRMED": "mask confirmed",
    "BOUNDARY_SKIPPED": "boundary skipped",
    "BOUNDARY_TAKEN_UP": "skipped boundary taken up",
    "SECOND_LOOK_ASKED": "second look asked for",
    "SECOND_LOOK_WITHDRAWN": "second look no longer asked for",
    "DECISION_RECORDED": "decision recorded",
    "READING_RECORDED": "reading recorded",
    "OUTCOME_RECORDED": "outcome recorded",
    "OUTCOME_WITHDRAWN": "outcome withdrawn",
    "DEVICE_PROFILE_STORED": "device profile stored",
    "DEVICE_PROFILE_WITHDRAWN": "device profile withdrawn",
    "OUTCOME_REFILED": "outcome filed with its lesion",
    "STRUCTURE_MARKED": "structure marked",
    "STRUCTURE_MARK_WITHDRAWN": "mark of a structure withdrawn",
    "TAG_ADDED": "tag put on a case",
    "TAG_REMOVED": "tag taken off a case",
    "CASE_ASSIGNED": "case assigned",
    "ASSIGNMENT_ENDED": "case assigned to nobody",
    "FILTER_KEPT": "filter kept",
    "FILTER_GIVEN_UP": "filter given up",
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
        "SEPARATED": "region made a lesion of its own",
        "JOINED": "another lesion joined",
        "OTHER_OF_INTEREST": "another lesion is of interest",
    }


def test_the_stored_words_of_changes_of_lesions_are_those_of_every_earlier_version() -> None:
    assert {change.name: change.value for change in LesionChange} == {
        "ADDED": "lesion added",
        "DRAWN": "other lesion drawn",
        "NAMED": "lesion named",
        "REMOVED": "lesion removed",
        "SEPARATED": "region made a lesion of its own",
        "JOINED": "lesion joined to the lesion of interest",
        "CHOSEN": "other lesion of interest",
        "TAKEN_BACK": "change of the lesions taken back",
        "IMPORTED": "lesions drawn elsewhere",
    }


def test_the_acts_that_name_fields_are_the_edits() -> None:
    assert {kind.value for kind in EDITS} == {"patient edited", "lesion edited", "visit edited"}
