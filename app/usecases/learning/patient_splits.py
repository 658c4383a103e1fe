"""Brings patients and images to their subsets before a snapshot is written; nothing is stored here."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import LearningError
from app.domain.ids import BlobName, ImageId, PatientId, new_id
from app.domain.learning import (
    SUBSETS,
    LearningImage,
    LearningPatient,
    LearningSubset,
    UnassignedPatient,
    assign_subsets,
    patients_still_needed,
)
from app.translation import N_, _, ngettext
from app.usecases.learning.training_examples import DAMAGED, TrainingExample
from models.contract.shelf.card import Task
from training.contract.snapshot import Subset

NO_PSEUDONYM = "none"
"""Stands for a patient without a subset, of whom nothing is taken."""


@dataclass(frozen=True, slots=True)
class SplitAssignment:
    """Where one image goes, and why."""

    subset: Subset | None
    reason: str


@dataclass(frozen=True)
class Subsets:
    """Every patient's subset and every image's pseudonym, old and new."""

    patients: Mapping[PatientId, LearningPatient]
    images: Mapping[ImageId, LearningImage]
    malignant_patients: frozenset[PatientId]

    @property
    def placed(self) -> Counter[tuple[bool, LearningSubset]]:
        """How many patients there are, by (has a malignant lesion, subset)."""
        return Counter(
            (patient.patient_id in self.malignant_patients, patient.subset)
            for patient in self.patients.values()
        )


def subsets_with_unassigned(
    stored: Subsets, examples: Sequence[TrainingExample], hidden: Collection[ImageId], now: datetime
) -> Subsets:
    """Return the stored subsets and those of the patients with a correction who have none yet."""
    earlier: dict[PatientId, set[LearningSubset]] = defaultdict(set)
    wanted: set[PatientId] = set()
    images, shared = dict(stored.images), images_of_two_patients(examples)
    for example in examples:
        patient_id, image_id = example.case.patient.id, example.case.image.id
        image = images.setdefault(image_id, LearningImage(image_id, new_id(), None))
        earlier[patient_id] |= {image.subset} if image.subset else set()
        is_out = image_id in hidden or example.case.image.upright in shared
        if example.has_correction and not is_out and patient_id not in stored.patients:
            wanted.add(patient_id)
    unassigned = [
        UnassignedPatient(
            patient_id, new_id(), patient_id in stored.malignant_patients, frozenset(earlier[patient_id])
        )
        for patient_id in wanted
    ]
    subsets = assign_subsets(unassigned, stored.placed)
    added = {
        each.patient_id: LearningPatient(each.patient_id, each.pseudonym, subsets[each.patient_id], now)
        for each in unassigned
    }
    return Subsets({**stored.patients, **added}, images, stored.malignant_patients)


def images_of_two_patients(examples: Iterable[TrainingExample]) -> frozenset[BlobName]:
    """Return the pictures that are stored under more than one patient."""
    owners: dict[BlobName, set[PatientId]] = defaultdict(set)
    for example in examples:
        for picture in (example.case.image.upright, example.case.image.original):
            owners[picture].add(example.case.patient.id)
    return frozenset(picture for picture, patients in owners.items() if len(patients) > 1)


def places_of(
    examples: Sequence[TrainingExample], subsets: Subsets, hidden: Collection[ImageId]
) -> list[SplitAssignment]:
    """Return where each image goes: the subset of its patient, or out."""
    shared, conflicting = images_of_two_patients(examples), _patients_of_two_subsets(examples, subsets)
    return [_place_of(example, subsets, hidden, shared, conflicting) for example in examples]


def _patients_of_two_subsets(examples: Iterable[TrainingExample], subsets: Subsets) -> frozenset[PatientId]:
    """Return the patients who got an image that was used in another subset: probably one person all along."""
    found = set()
    for example in examples:
        patient = subsets.patients.get(example.case.patient.id)
        used = subsets.images[example.case.image.id].subset
        if patient is not None and used not in (None, patient.subset):
            found.add(patient.patient_id)
    return frozenset(found)


def _place_of(
    example: TrainingExample,
    subsets: Subsets,
    hidden: Collection[ImageId],
    shared: Collection[BlobName],
    conflicting: Collection[PatientId],
) -> SplitAssignment:
    image = example.case.image
    if image.id in hidden:
        return SplitAssignment(None, "It was removed from the work list.")
    if image.is_damaged:
        return SplitAssignment(None, f"{DAMAGED}.")
    if example.is_unusable:
        return SplitAssignment(None, f"{example.reason}.")
    if image.upright in shared or image.original in shared:
        return SplitAssignment(
            None, "The same picture is stored under two patients, who may be in two subsets."
        )
    patient = subsets.patients.get(example.case.patient.id)
    if patient is None:
        return SplitAssignment(
            None, f"{example.reason}, and nothing else of this patient can be learned from."
        )
    used = subsets.images[image.id].subset
    if used is not None and used != patient.subset:
        return SplitAssignment(
            None, "It was used in another subset before, when it belonged to another patient."
        )
    if patient.patient_id in conflicting:
        return SplitAssignment(None, "Another image of this patient was used in another subset before.")
    if example.has_correction:
        return SplitAssignment(patient.subset, f"{example.reason}.")
    if patient.subset == "train":
        return SplitAssignment(
            "uncorrected", f"{example.reason}; taken without one, from a training patient."
        )
    return SplitAssignment(
        None, f"{example.reason}; without one, only images of training patients are taken."
    )


def check_enough(
    task: Task, placed: Iterable[tuple[TrainingExample, Subset | None]], subsets: Subsets
) -> None:
    """Refuse what cannot be learned from and examined on separate patients.

    Raises:
        LearningError: the sentence says what is missing, and how much of it.
    """
    usable = [(example, subset) for example, subset in placed if subset in SUBSETS]
    if not usable:
        raise LearningError(_(_NOTHING[task]))
    if task == "segmentation":
        _refuse(
            _lacking(usable, subsets, has_malignant=False, of_any_kind=True), _("with a corrected boundary")
        )
        return
    if len(kinds := {example.malignant for example, _ in usable}) == 1:
        raise LearningError(
            _("All confirmed diagnoses are {kind}; a score can only be learned from both kinds.").format(
                kind=_("malignant") if True in kinds else _("benign")
            )
        )
    for has_malignant, kind in ((True, _("malignant")), (False, _("benign"))):
        lacking = _lacking(usable, subsets, has_malignant=has_malignant, of_any_kind=False)
        _refuse(lacking, _("with a confirmed {kind} diagnosis").format(kind=kind))


_NOTHING: Mapping[Task, str] = {
    "segmentation": N_("There is no corrected or confirmed boundary yet, so there is nothing to learn from."),
    "classification": N_("There is no confirmed diagnosis yet, so there is nothing to learn from."),
}


def _lacking(
    usable: Iterable[tuple[TrainingExample, Subset | None]],
    subsets: Subsets,
    *,
    has_malignant: bool,
    of_any_kind: bool,
) -> int:
    """How many more patients are needed until train, val and exam have something each."""
    filled = {subset for example, subset in usable if of_any_kind or example.malignant == has_malignant}
    empty = [subset for subset in SUBSETS if subset not in filled]
    return patients_still_needed(subsets.placed, empty, has_malignant=has_malignant)


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
