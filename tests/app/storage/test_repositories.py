from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.case import CaseLine
from app.domain.errors import NotFoundError, StorageError
from app.domain.ids import BlobName, ImageId, LesionId, PatientId, new_id
from app.domain.image import Calibration
from app.domain.lesion import Lesion
from app.domain.people.patient import Patient
from app.storage.store import CaseStore
from tests.builders import (
    a_boundary,
    a_decision,
    a_divided_score,
    a_reading,
    a_revision,
    a_score,
    store_image,
)


def _lines(store: CaseStore, **wanted: object) -> list[CaseLine]:
    with store.reading() as work:
        return work.cases.case_lines(**wanted)


def test_every_value_comes_back_as_it_went_in(store: CaseStore) -> None:
    patient = Patient(
        PatientId(new_id()),
        "47/11 (2)",
        "Zoë Åström",
        1961,
        "female",
        "IV",
        True,
        False,
        "two\nlines",
        issuer="Åre Clinic",
        issued_id="47/11",
        birthday="05-17",
    )
    lesion = Lesion(LesionId(new_id()), patient.id, "A", "lateral torso", "acral NOS", 6.25, "flat")
    with store.writing() as work:
        image_id = store_image(work)
        work.cases.add_patient(patient)
        work.cases.add_lesion(lesion)
        boundary, score = a_boundary(image_id), a_score(image_id, 0.123456789012345, warnings=("Blurred.",))
        work.cases.add_boundary(boundary)
        work.cases.add_score(score)
        revision, decision = a_revision(image_id), a_decision(image_id)
        work.cases.add_revision(revision)
        work.cases.add_decision(decision)
        written = work.cases.case(image_id)
        work.commit()
    with store.reading() as work:
        read = work.cases.case(image_id)
        assert work.cases.patient(patient.id) == patient
        assert work.cases.patient_by_code("47/11 (2)") == patient
        assert work.cases.patients_by_number("47/11") == [patient]
        assert work.cases.lesion(lesion.id) == lesion
        assert work.cases.lesions_of(patient.id) == []
    assert read == written
    assert (read.boundary, read.score, read.revision, read.decision) == (boundary, score, revision, decision)
    assert read.image.calibration == Calibration(0.02, "entered by hand")
    assert read.image.imported_at == datetime(2026, 3, 14, 8, tzinfo=UTC)


def test_readings_come_back_as_they_were_given_oldest_first(store: CaseStore) -> None:
    with store.writing() as work:
        image_id = store_image(work)
        readings = (
            a_reading(image_id),
            a_reading(image_id, {}, form="of another version"),
            replace(a_reading(image_id), evidence=None),
        )
        for reading in readings:
            work.cases.add_reading(reading)
        work.commit()
    with store.reading() as work:
        assert work.cases.case(image_id).readings == readings


def test_a_divided_score_comes_back_as_it_was_said(store: CaseStore) -> None:
    with store.writing() as work:
        image_id = store_image(work)
        score = a_divided_score(image_id)
        work.cases.add_score(score)
        work.commit()
    with store.reading() as work:
        assert work.cases.case(image_id).score == score


def test_a_score_without_thresholds_has_no_priority(store: CaseStore) -> None:
    with store.writing() as work:
        image_id = store_image(work)
        work.cases.add_score(replace(a_score(image_id, 0.9), thresholds=None))
        work.commit()
    (line,) = _lines(store)
    assert (line.priority, line.probability) == (None, 0.9)


def test_leaving_without_commit_changes_nothing(store: CaseStore) -> None:
    with store.writing() as work:
        store_image(work)
    assert _lines(store) == []


def test_a_failure_midway_changes_nothing(store: CaseStore) -> None:
    def fail_midway() -> None:
        with store.writing() as work:
            store_image(work)
            work.cases.case(ImageId(new_id()))

    with pytest.raises(NotFoundError):
        fail_midway()
    assert _lines(store) == []


def test_what_is_not_there_is_said_in_a_sentence(store: CaseStore) -> None:
    with store.writing() as work:
        with pytest.raises(NotFoundError, match="image is not in the case store"):
            work.cases.case(ImageId(new_id()))
        with pytest.raises(NotFoundError, match="patient"):
            work.cases.patient(PatientId(new_id()))
        with pytest.raises(NotFoundError, match="image"):
            work.cases.add_boundary(a_boundary(ImageId(new_id())))
        with pytest.raises(NotFoundError, match="lesion"):
            work.cases.update_lesion(Lesion(LesionId(new_id()), PatientId(new_id())))


def test_a_lesion_needs_a_stored_patient(store: CaseStore) -> None:
    with pytest.raises(StorageError, match="FOREIGN KEY"), store.writing() as work:
        work.cases.add_lesion(Lesion(LesionId(new_id()), PatientId(new_id())))


def test_what_a_person_signed_since_a_moment_is_found(store: CaseStore) -> None:
    with store.writing() as work:
        image_id = store_image(work)
        first = a_revision(image_id)
        work.cases.add_revision(first)
        for number, author in ((2, "Dr Test"), (3, "Dr Other")):
            at = first.created_at + timedelta(minutes=number)
            work.cases.add_revision(replace(a_revision(image_id, number), author=author, created_at=at))
        moment = first.created_at
        assert [one.number for one in work.cases.revisions_since(moment, "Dr Test")] == [1, 2]
        assert [one.number for one in work.cases.revisions_since(at, "Dr Other")] == [3]
        assert work.cases.revisions_since(at, "Dr Test") == []


def test_a_fresh_patient_code_steps_over_codes_that_are_taken(store: CaseStore) -> None:
    with store.writing() as work:
        store_image(work, code="NAEV-00002")
        assert work.cases.fresh_patient_code() == "NAEV-00003"


def test_an_assessment_comes_later_and_renews_the_line(store: CaseStore) -> None:
    with store.writing() as work:
        image_id = store_image(work)
        older, newer = a_boundary(image_id), a_boundary(image_id)
        work.cases.add_boundary(older)
        work.cases.add_boundary(newer)
        assessed = replace(newer, disagreement=BlobName("d" * 64), border_uncertainty=0.12, atypicality=0.97)
        work.cases.add_assessment(assessed)
        work.commit()
    with store.reading() as work:
        assert work.cases.case(image_id).boundaries == (older, assessed)
    (line,) = _lines(store)
    assert line.reasons_to_correct == (
        "the boundary is uncertain",
        "the image is unlike the training images",
    )
    with pytest.raises(StorageError, match="is_not_replaced"), store.writing() as work:
        work.cases.add_assessment(replace(assessed, atypicality=0.1))
