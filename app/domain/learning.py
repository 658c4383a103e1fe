"""Which side of the exam a patient stands on when models learn from corrections."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from app.domain.ids import ImageId, PatientId

LearningSide: TypeAlias = Literal["exam", "val", "train"]

SIDES: tuple[LearningSide, ...] = ("exam", "val", "train")
"""The strictest first."""

SHARE_BY_SIDE: Mapping[LearningSide, float] = {"exam": 0.25, "val": 0.15, "train": 0.6}

_MOST_MORE = 100


@dataclass(frozen=True, slots=True)
class LearningPatient:
    """A patient's side, decided once, and the name that stands for the patient in snapshots."""

    patient_id: PatientId
    pseudonym: str
    side: LearningSide
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class LearningImage:
    """The name that stands for an image in snapshots, and the side on which it was first used."""

    image_id: ImageId
    pseudonym: str
    side: LearningSide | None
    """None while no snapshot has used it."""


@dataclass(frozen=True, slots=True)
class UnassignedPatient:
    """A patient with a correction who has no side yet."""

    patient_id: PatientId
    pseudonym: str
    has_malignant: bool
    earlier_sides: frozenset[LearningSide] = frozenset()
    """Sides on which images of this patient were used before, under another patient."""


def assign_sides(
    unassigned: Iterable[UnassignedPatient], placed: Mapping[tuple[bool, LearningSide], int]
) -> dict[PatientId, LearningSide]:
    """Decide the side of each newcomer; the one rule for the first snapshot and for all later ones.

    Patients are dealt one by one, in the order of their pseudonyms (which are random), to the side that
    lacks most: the side whose share (exam 25 %, val 15 %, train the rest) of the patients including this
    one exceeds by most what it has. Patients with a malignant lesion and the others are counted apart, so
    that every side gets both. The first patient of each kind so becomes train, the second exam, the fourth
    val. A side once decided is stored and never asked for again: an exam patient never becomes anything
    else. A newcomer whose images were used before under another patient (two records of one person were
    put together) takes over the strictest of those sides.

    Args:
        unassigned: patients without a side.
        placed: how many patients there are already, by (has a malignant lesion, side).
    """
    counts = Counter(dict(placed))
    sides: dict[PatientId, LearningSide] = {}
    for unassigned_patient in sorted(unassigned, key=lambda each: each.pseudonym):
        inherited = next((side for side in SIDES if side in unassigned_patient.earlier_sides), None)
        side = inherited or _lacking_most(counts, has_malignant=unassigned_patient.has_malignant)
        counts[unassigned_patient.has_malignant, side] += 1
        sides[unassigned_patient.patient_id] = side
    return sides


def patients_still_needed(
    placed: Mapping[tuple[bool, LearningSide], int], empty: Iterable[LearningSide], *, has_malignant: bool
) -> int:
    """How many more patients of a kind must come until each of the ``empty`` sides has got one."""
    counts, wanted = Counter(dict(placed)), set(empty)
    for more in range(_MOST_MORE):
        if not wanted:
            return more
        side = _lacking_most(counts, has_malignant=has_malignant)
        counts[has_malignant, side] += 1
        wanted.discard(side)
    return _MOST_MORE


def _lacking_most(counts: Mapping[tuple[bool, LearningSide], int], *, has_malignant: bool) -> LearningSide:
    here = {side: counts.get((has_malignant, side), 0) for side in SIDES}
    patients = sum(here.values()) + 1
    # Rounded, so that 0.15 * 20 - 3 is a tie on every machine; the strictest side wins a tie.
    return max(SIDES, key=lambda side: round(SHARE_BY_SIDE[side] * patients - here[side], 9))
