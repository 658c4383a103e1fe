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
    Newcomer,
    dealt,
    patients_still_needed,
)
from app.usecases.lessons import Lesson
from models.contract.card import Task
from training.contract.snapshot import Side

NO_PSEUDONYM = "none"
"""Stands for a patient without a side, of whom nothing is taken."""


@dataclass(frozen=True, slots=True)
class Place:
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


def sides_with_newcomers(
    stored: Sides, lessons: Sequence[Lesson], hidden: Collection[ImageId], now: datetime
) -> Sides:
    """Return the stored sides and those of the patients with a correction who have none yet."""
    earlier: dict[PatientId, set[LearningSide]] = defaultdict(set)
    wanted: set[PatientId] = set()
    images, shared = dict(stored.images), pictures_of_two_patients(lessons)
    for lesson in lessons:
        patient_id, image_id = lesson.case.patient.id, lesson.case.image.id
        image = images.setdefault(image_id, LearningImage(image_id, new_id(), None))
        earlier[patient_id] |= {image.side} if image.side else set()
        is_out = image_id in hidden or lesson.case.image.upright in shared
        if lesson.has_correction and not is_out and patient_id not in stored.patients:
            wanted.add(patient_id)
    newcomers = [
        Newcomer(
            patient_id, new_id(), patient_id in stored.malignant_patients, frozenset(earlier[patient_id])
        )
        for patient_id in wanted
    ]
    sides = dealt(newcomers, stored.placed)
    added = {
        each.patient_id: LearningPatient(each.patient_id, each.pseudonym, sides[each.patient_id], now)
        for each in newcomers
    }
    return Sides({**stored.patients, **added}, images, stored.malignant_patients)


def pictures_of_two_patients(lessons: Iterable[Lesson]) -> frozenset[BlobName]:
    """Return the pictures that are stored under more than one patient."""
    owners: dict[BlobName, set[PatientId]] = defaultdict(set)
    for lesson in lessons:
        for picture in (lesson.case.image.upright, lesson.case.image.original):
            owners[picture].add(lesson.case.patient.id)
    return frozenset(picture for picture, patients in owners.items() if len(patients) > 1)


def places_of(lessons: Sequence[Lesson], sides: Sides, hidden: Collection[ImageId]) -> list[Place]:
    """Return where each image goes: the side of its patient, or out."""
    shared, torn = pictures_of_two_patients(lessons), _patients_of_two_sides(lessons, sides)
    return [_place_of(lesson, sides, hidden, shared, torn) for lesson in lessons]


def _patients_of_two_sides(lessons: Iterable[Lesson], sides: Sides) -> frozenset[PatientId]:
    """Return the patients who got an image that was used on another side: probably one person all along."""
    found = set()
    for lesson in lessons:
        patient = sides.patients.get(lesson.case.patient.id)
        used = sides.images[lesson.case.image.id].side
        if patient is not None and used not in (None, patient.side):
            found.add(patient.patient_id)
    return frozenset(found)


def _place_of(
    lesson: Lesson,
    sides: Sides,
    hidden: Collection[ImageId],
    shared: Collection[BlobName],
    torn: Collection[PatientId],
) -> Place:
    image = lesson.case.image
    if image.id in hidden:
        return Place(None, "It was removed from the work list.")
    if image.upright in shared or image.original in shared:
        return Place(None, "The same picture is stored under two patients, who may be on two sides.")
    patient = sides.patients.get(lesson.case.patient.id)
    if patient is None:
        return Place(None, f"{lesson.reason}, and nothing else of this patient can be learned from.")
    used = sides.images[image.id].side
    if used is not None and used != patient.side:
        return Place(None, "It was used on another side before, when it belonged to another patient.")
    if patient.patient_id in torn:
        return Place(None, "Another image of this patient was used on another side before.")
    if lesson.has_correction:
        return Place(patient.side, f"{lesson.reason}.")
    if patient.side == "train":
        return Place("uncorrected", f"{lesson.reason}; taken without one, from a training patient.")
    return Place(None, f"{lesson.reason}; without one, only images of training patients are taken.")


def check_enough(task: Task, placed: Iterable[tuple[Lesson, Side | None]], sides: Sides) -> None:
    """Refuse what cannot be learned from and examined on separate patients.

    Raises:
        LearningError: the sentence says what is missing, and how much of it.
    """
    usable = [(lesson, side) for lesson, side in placed if side in SIDES]
    if not usable:
        raise LearningError(_NOTHING[task])
    if task == "segmentation":
        _refuse(_lacking(usable, sides, has_malignant=False, of_any_kind=True), "with a corrected boundary")
        return
    if len(kinds := {lesson.malignant for lesson, _ in usable}) == 1:
        raise LearningError(
            f"All confirmed diagnoses are {'malignant' if True in kinds else 'benign'}; a score can only be "
            f"learned from both kinds."
        )
    for has_malignant, kind in ((True, "malignant"), (False, "benign")):
        lacking = _lacking(usable, sides, has_malignant=has_malignant, of_any_kind=False)
        _refuse(lacking, f"with a confirmed {kind} diagnosis")


_NOTHING: Mapping[Task, str] = {
    "segmentation": "There is no corrected or confirmed boundary yet, so there is nothing to learn from.",
    "classification": "There is no confirmed diagnosis yet, so there is nothing to learn from.",
}


def _lacking(
    usable: Iterable[tuple[Lesson, Side | None]], sides: Sides, *, has_malignant: bool, of_any_kind: bool
) -> int:
    """How many more patients are needed until train, val and exam have something each."""
    filled = {side for lesson, side in usable if of_any_kind or lesson.malignant == has_malignant}
    empty = [side for side in SIDES if side not in filled]
    return patients_still_needed(sides.placed, empty, has_malignant=has_malignant)


def _refuse(lacking: int, which: str) -> None:
    if lacking:
        patients = "1 more patient is" if lacking == 1 else f"{lacking} more patients are"
        raise LearningError(
            f"Learning, choosing and the exam need separate patients: {patients} needed {which}."
        )
