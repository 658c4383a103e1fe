"""Brings patients and images to their sides before a snapshot is written; nothing is stored here."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import LearningError
from app.domain.ids import BlobName, ImageId, PatientId, new_id
from app.domain.learning import (
    SIDES,
    LearningImage,
    LearningPatient,
    LearningSide,
    UnassignedPatient,
    assign_sides,
    patients_still_needed,
)
from app.translation import _, ngettext
from app.usecases.learning.training_examples import DAMAGED, TrainingExample
from models.contract.shelf.card import Task
from training.contract.snapshot import Side

NO_PSEUDONYM = "none"
"""Stands for a patient without a side, of whom nothing is taken."""


@dataclass(frozen=True, slots=True)
class SplitAssignment:
    """Where one image goes, and why."""

    side: Side | None
    reason: str


@dataclass(frozen=True)
class Sides:
    """Every patient's side and every image's pseudonym, old and new."""

    patients: Mapping[PatientId, LearningPatient]
    images: Mapping[ImageId, LearningImage]
    malignant_patients: frozenset[PatientId]

    @property
    def placed(self) -> Counter[tuple[bool, LearningSide]]:
        """How many patients there are, by (has a malignant lesion, side)."""
        return Counter(
            (patient.patient_id in self.malignant_patients, patient.side)
            for patient in self.patients.values()
        )


def sides_with_unassigned(
    stored: Sides, examples: Sequence[TrainingExample], hidden: Collection[ImageId], now: datetime
) -> Sides:
    """Return the stored sides and those of the patients with a correction who have none yet."""
    earlier: dict[PatientId, set[LearningSide]] = defaultdict(set)
    wanted: set[PatientId] = set()
    images, shared = dict(stored.images), images_of_two_patients(examples)
    for example in examples:
        patient_id, image_id = example.case.patient.id, example.case.image.id
        image = images.setdefault(image_id, LearningImage(image_id, new_id(), None))
        earlier[patient_id] |= {image.side} if image.side else set()
        is_out = image_id in hidden or example.case.image.upright in shared
        if example.has_correction and not is_out and patient_id not in stored.patients:
            wanted.add(patient_id)
    unassigned = [
        UnassignedPatient(
            patient_id, new_id(), patient_id in stored.malignant_patients, frozenset(earlier[patient_id])
        )
        for patient_id in wanted
    ]
    sides = assign_sides(unassigned, stored.placed)
    added = {
        each.patient_id: LearningPatient(each.patient_id, each.pseudonym, sides[each.patient_id], now)
        for each in unassigned
    }
    return Sides({**stored.patients, **added}, images, stored.malignant_patients)


def images_of_two_patients(examples: Iterable[TrainingExample]) -> frozenset[BlobName]:
    """Return the pictures that are stored under more than one patient."""
    owners: dict[BlobName, set[PatientId]] = defaultdict(set)
    for example in examples:
        for picture in (example.case.image.upright, example.case.image.original):
            owners[picture].add(example.case.patient.id)
    return frozenset(picture for picture, patients in owners.items() if len(patients) > 1)


def places_of(
    examples: Sequence[TrainingExample], sides: Sides, hidden: Collection[ImageId]
) -> list[SplitAssignment]:
    """Return where each image goes: the side of its patient, or out."""
    shared, conflicting = images_of_two_patients(examples), _patients_of_two_sides(examples, sides)
    return [_place_of(example, sides, hidden, shared, conflicting) for example in examples]


def _patients_of_two_sides(examples: Iterable[TrainingExample], sides: Sides) -> frozenset[PatientId]:
    """Return the patients who got an image that was used on another side: probably one person all along."""
    found = set()
    for example in examples:
        patient = sides.patients.get(example.case.patient.id)
        used = sides.images[example.case.image.id].side
        if patient is not None and used not in (None, patient.side):
            found.add(patient.patient_id)
    return frozenset(found)


def _place_of(
    example: TrainingExample,
    sides: Sides,
    hidden: Collection[ImageId],
    shared: Collection[BlobName],
    conflicting: Collection[PatientId],
) -> SplitAssignment:
    image = example.case.image
    if image.id in hidden:
        return SplitAssignment(None, "It was removed from the work list.")
    if image.is_damaged:
        return SplitAssignment(None, f"{DAMAGED}.")
    if image.upright in shared or image.original in shared:
        return SplitAssignment(
            None, "The same picture is stored under two patients, who may be on two sides."
        )
    patient = sides.patients.get(example.case.patient.id)
    if patient is None:
        return SplitAssignment(
            None, f"{example.reason}, and nothing else of this patient can be learned from."
        )
    used = sides.images[image.id].side
    if used is not None and used != patient.side:
        return SplitAssignment(
            None, "It was used on another side before, when it belonged to another patient."
        )
    if patient.patient_id in conflicting:
        return SplitAssignment(None, "Another image of this patient was used on another side before.")
    if example.has_correction:
        return SplitAssignment(patient.side, f"{example.reason}.")
    if patient.side == "train":
        return SplitAssignment(
            "uncorrected", f"{example.reason}; taken without one, from a training patient."
        )
    return SplitAssignment(
        None, f"{example.reason}; without one, only images of training patients are taken."
    )


def check_enough(task: Task, placed: Iterable[tuple[TrainingExample, Side | None]], sides: Sides) -> None:
    """Refuse what cannot be learned from and examined on separate patients.

    Raises:
        LearningError: the sentence says what is missing, and how much of it.
    """
    usable = [(example, side) for example, side in placed if side in SIDES]
    if not usable:
        raise LearningError(_NOTHING[task])
    if task == "segmentation":
        _refuse(_lacking(usable, sides, has_malignant=False, of_any_kind=True), "with a corrected boundary")
        return
    if len(kinds := {example.malignant for example, _ in usable}) == 1:
        raise LearningError(
            _("All confirmed diagnoses are {value}; a score can only be learned from both kinds.").format(
                value="malignant" if True in kinds else "benign"
            )
        )
    for has_malignant, kind in ((True, "malignant"), (False, "benign")):
        lacking = _lacking(usable, sides, has_malignant=has_malignant, of_any_kind=False)
        _refuse(lacking, f"with a confirmed {kind} diagnosis")


_NOTHING: Mapping[Task, str] = {
    "segmentation": "There is no corrected or confirmed boundary yet, so there is nothing to learn from.",
    "classification": "There is no confirmed diagnosis yet, so there is nothing to learn from.",
}


def _lacking(
    usable: Iterable[tuple[TrainingExample, Side | None]],
    sides: Sides,
    *,
    has_malignant: bool,
    of_any_kind: bool,
) -> int:
    """How many more patients are needed until train, val and exam have something each."""
    filled = {side for example, side in usable if of_any_kind or example.malignant == has_malignant}
    empty = [side for side in SIDES if side not in filled]
    return patients_still_needed(sides.placed, empty, has_malignant=has_malignant)


def _refuse(lacking: int, which: str) -> None:
    if lacking:
        sentence = ngettext(
            "Learning, choosing and the exam need separate patients: {lacking} more patient is "
            "needed {which}.",
            "Learning, choosing and the exam need separate patients: {lacking} more patients are "
            "needed {which}.",
            lacking,
        )
        raise LearningError(sentence.format(lacking=lacking, which=which))
