"""Readings are proposed from the valid boundary, confirmed by a person, and kept for good."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.audit import AuditKind
from app.domain.errors import InvalidFieldError
from app.domain.ids import BlobName, ImageId
from app.domain.readings.abcd_form import ABCD, ASYMMETRY, BORDER, DARK_BROWN
from app.domain.readings.dermoscopic_forms import CASH, MENZIES
from app.domain.readings.reading import EvidenceSource, Reading, newest_by_form
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.readings.propose_reading import propose_reading
from app.usecases.readings.record_reading import ReadingEntry, record_reading
from app.usecases.services import Services
from tests.builders import a_case, a_mask


def readings_of(services: Services, image_id: ImageId) -> tuple[Reading, ...]:
    with services.store.reading() as work:
        return work.cases.case(image_id).readings


def test_a_reading_names_who_confirmed_what_and_what_it_was_proposed_from(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    proposals = propose_reading(services, image_id)
    assert proposals is not None
    proposed = proposals.values(ABCD.name)
    assert (proposed[ASYMMETRY], proposed[DARK_BROWN]) == (0, 1)
    assert not any(name.startswith("structure_") for name in proposed)
    first = ReadingEntry(
        ABCD.name, {ASYMMETRY: 0, BORDER: 3}, frozenset({ASYMMETRY, BORDER}), proposed, proposals.source
    )
    assert record_reading(services, image_id, first).touches(image_id)
    assert not record_reading(services, image_id, replace(first, confirmed_now=frozenset())).images
    second = replace(services, user="Dr Second")
    record_reading(second, image_id, ReadingEntry(ABCD.name, {ASYMMETRY: 1, BORDER: 3}))

    one, two = readings_of(services, image_id)
    assert one.evidence == two.evidence == proposals.source
    assert [(each.criterion, each.value, each.confirmed_by, each.proposed) for each in one.answers] == [
        (ASYMMETRY, 0, "Dr Test", 0),
        (BORDER, 3, "Dr Test", proposed[BORDER]),
    ]
    assert [(each.value, each.confirmed_by) for each in two.answers] == [(1, "Dr Second"), (3, "Dr Test")]
    assert newest_by_form((one, two)) == {ABCD.name: two}
    with services.store.reading() as work:
        acts = [act for act in work.audit.events(image_id) if act.kind is AuditKind.READING_RECORDED]
    assert [(act.who, act.detail) for act in acts] == [("Dr Test", one.id), ("Dr Second", two.id)]


def test_a_corrected_boundary_is_measured_anew(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    before = propose_reading(services, image_id)
    correct_mask(services, image_id, a_mask(radius_px=12))
    after = propose_reading(services, image_id)
    assert before is not None
    assert after is not None
    assert before.source.mask != after.source.mask
    assert before.source.definition == after.source.definition
    assert after.evidence.axes.reach_px < before.evidence.axes.reach_px


def test_a_proposal_that_stands_keeps_what_it_was_measured_on(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path)
    old, new = EvidenceSource(BlobName("a" * 64), "1"), EvidenceSource(BlobName("b" * 64), "1")
    both = frozenset({ASYMMETRY, BORDER})
    record_reading(
        services, image_id, ReadingEntry(ABCD.name, {ASYMMETRY: 2}, both, {ASYMMETRY: 2, BORDER: 3}, old)
    )
    added = ReadingEntry(ABCD.name, {ASYMMETRY: 2, BORDER: 3}, frozenset({BORDER}), {BORDER: 3}, new)
    record_reading(services, image_id, added)
    record_reading(
        services, image_id, ReadingEntry(ABCD.name, {ASYMMETRY: 2, BORDER: 3, DARK_BROWN: 1}, evidence=new)
    )
    record_reading(services, image_id, ReadingEntry(ABCD.name, {ASYMMETRY: 2, BORDER: 2}, evidence=new))
    sources = [
        {answer.criterion: reading.evidence_of(answer) for answer in reading.answers}
        for reading in readings_of(services, image_id)
    ]
    assert sources == [
        {ASYMMETRY: old},
        {ASYMMETRY: old, BORDER: new},
        {ASYMMETRY: old, BORDER: new, DARK_BROWN: None},
        {ASYMMETRY: old, BORDER: None},
    ]
    first, *later = readings_of(services, image_id)
    assert first.is_measured_on(old.mask)
    assert not any(reading.is_measured_on(new.mask) for reading in later)


def test_without_a_boundary_and_for_other_forms_nothing_is_proposed(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path, predicted=False)
    assert propose_reading(services, image_id) is None
    other = propose_reading(services, a_case(services, tmp_path, seed=2))
    assert other is not None
    assert other.values(MENZIES.name) == {}
    assert set(other.values(CASH.name)) <= CASH.criteria_names
    assert len(other.values(CASH.name)) == 7


def test_what_nobody_proposed_has_no_evidence(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path, predicted=False)
    source = EvidenceSource("f" * 64, "1")
    record_reading(services, image_id, ReadingEntry(MENZIES.name, {"pseudopods": 1}, evidence=source))
    (reading,) = readings_of(services, image_id)
    assert (reading.evidence, reading.values) == (None, {"pseudopods": 1})


def test_an_unknown_form_and_an_empty_reading_are_refused_and_leave_nothing(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path, predicted=False)
    for entry in (ReadingEntry("of another version", {"x": 1}), ReadingEntry(ABCD.name, {})):
        with pytest.raises(InvalidFieldError):
            record_reading(services, image_id, entry)
    assert readings_of(services, image_id) == ()
