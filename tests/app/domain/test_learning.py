"""Sides are dealt once, near their shares, and nobody ever leaves the exam."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ids import PatientId
from app.domain.learning import LearningSubset, UnassignedPatient, assign_subsets, patients_still_needed

patients = st.lists(st.booleans(), max_size=40)


def _newcomers(kinds: list[bool], first: int = 0) -> list[UnassignedPatient]:
    names = [f"{number:03d}" for number in range(first, first + len(kinds))]
    return [UnassignedPatient(PatientId(name), name, kind) for name, kind in zip(names, kinds, strict=True)]


@given(batches=st.lists(patients, min_size=1, max_size=5))
def test_nobody_who_is_placed_is_ever_asked_again_and_shares_stay_near(batches: list[list[bool]]) -> None:
    placed: Counter[tuple[bool, LearningSubset]] = Counter()
    count = 0
    for kinds in batches:
        unassigned = _newcomers(kinds, count)
        subsets = assign_subsets(unassigned, placed)
        assert subsets.keys() == {each.patient_id for each in unassigned}
        for each in unassigned:
            placed[each.has_malignant, subsets[each.patient_id]] += 1
        count += len(kinds)
    for kind in (True, False):
        total = sum(placed[kind, subset] for subset in ("exam", "val", "train"))
        for subset, share in (("exam", 0.25), ("val", 0.15), ("train", 0.6)):
            assert abs(placed[kind, subset] - share * total) <= 1


@given(kinds=patients, cut=st.integers(0, 40))
def test_two_snapshots_deal_like_one(kinds: list[bool], cut: int) -> None:
    unassigned = _newcomers(kinds)
    early = assign_subsets(unassigned[:cut], {})
    placed = Counter((each.has_malignant, early[each.patient_id]) for each in unassigned[:cut])
    assert early | assign_subsets(unassigned[cut:], placed) == assign_subsets(unassigned, {})


def test_the_order_of_the_clinic_list_does_not_matter() -> None:
    unassigned = _newcomers([True, False] * 5)
    assert assign_subsets(unassigned, {}) == assign_subsets(unassigned[::-1], {})


def test_images_used_before_under_another_patient_bring_the_strictest_subset() -> None:
    merged = UnassignedPatient(
        PatientId("a"), "a", has_malignant=False, earlier_subsets=frozenset({"train", "exam"})
    )
    assert assign_subsets([merged], {}) == {"a": "exam"}


@pytest.mark.parametrize(("present", "more"), [(0, 4), (1, 3), (2, 2), (3, 1)])
def test_it_is_known_how_many_patients_are_missing(present: int, more: int) -> None:
    subsets = assign_subsets(_newcomers([False] * present), {})
    placed = Counter((False, subset) for subset in subsets.values())
    empty = {"exam", "val", "train"} - set(subsets.values())
    assert patients_still_needed(placed, empty, has_malignant=False) == more
