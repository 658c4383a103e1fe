"""Which subset a patient belongs to when models learn from corrections: train, val or exam."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from app.domain.ids import ImageId, PatientId

LearningSubset: TypeAlias = Literal["exam", "val", "train"]

SUBSETS: tuple[LearningSubset, ...] = ("exam", "val", "train")
"""The strictest first."""

SHARE_BY_SUBSET: Mapping[LearningSubset, float] = {"exam": 0.25, "val": 0.15, "train": 0.6}

_MOST_MORE = 100


@dataclass(frozen=True, slots=True)
class LearningPatient:
    """A patient's subset, decided once, and the name that stands for the patient in snapshots."""

    patient_id: PatientId
    pseudonym: str
    subset: LearningSubset
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class LearningImage:
    """The name that stands for an image in snapshots, and the subset on which it was first used."""

    image_id: ImageId
    pseudonym: str
    subset: LearningSubset | None
    """None while no snapshot has used it."""


@dataclass(frozen=True, slots=True)
class UnassignedPatient:
    """A patient with a correction who has no subset yet."""

    patient_id: PatientId
    pseudonym: str
    has_malignant: bool
    earlier_subsets: frozenset[LearningSubset] = frozenset()
    """Subsets in which images of this patient were used before, under another patient."""


def assign_subsets(
    unassigned: Iterable[UnassignedPatient], placed: Mapping[tuple[bool, LearningSubset], int]
) -> dict[PatientId, LearningSubset]:
    """Decide the subset of each patient without one; one rule for the first snapshot and all later ones.

    Patients are dealt one by one, in the order of their pseudonyms (which are random), to the subset that
    lacks most: the subset whose share (exam 25 %, val 15 %, train the rest) of the patients including this
    one exceeds by most what it has. Patients with a malignant lesion and the others are counted apart, so
    that every subset gets both. The first patient of each kind so becomes train, the second exam, the fourth
    val. A subset once decided is stored and never asked for again: an exam patient never becomes anything
    else. A patient whose images were used before under another patient (two records of one person were
    put together) takes over the strictest of those subsets.

    Args:
        unassigned: patients without a subset.
        placed: how many patients there are already, by (has a malignant lesion, subset).
    """
    counts = Counter(dict(placed))
    subsets: dict[PatientId, LearningSubset] = {}
    for unassigned_patient in sorted(unassigned, key=lambda each: each.pseudonym):
        inherited = next((subset for subset in SUBSETS if subset in unassigned_patient.earlier_subsets), None)
        subset = inherited or _lacking_most(counts, has_malignant=unassigned_patient.has_malignant)
        counts[unassigned_patient.has_malignant, subset] += 1
        subsets[unassigned_patient.patient_id] = subset
    return subsets


def patients_still_needed(
    placed: Mapping[tuple[bool, LearningSubset], int], empty: Iterable[LearningSubset], *, has_malignant: bool
) -> int:
    """How many more patients of a kind must come until each of the ``empty`` subsets has got one."""
    counts, wanted = Counter(dict(placed)), set(empty)
    for more in range(_MOST_MORE):
        if not wanted:
            return more
        subset = _lacking_most(counts, has_malignant=has_malignant)
        counts[has_malignant, subset] += 1
        wanted.discard(subset)
    return _MOST_MORE


def _lacking_most(
    counts: Mapping[tuple[bool, LearningSubset], int], *, has_malignant: bool
) -> LearningSubset:
    here = {subset: counts.get((has_malignant, subset), 0) for subset in SUBSETS}
    patients = sum(here.values()) + 1
    # Rounded, so that 0.15 * 20 - 3 is a tie on every machine; the strictest subset wins a tie.
    return max(SUBSETS, key=lambda subset: round(SHARE_BY_SUBSET[subset] * patients - here[subset], 9))
