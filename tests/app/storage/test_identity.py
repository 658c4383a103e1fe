"""Doubts about who is who: what a person said is followed and stays."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.errors import NotFoundError
from app.domain.ids import PatientId, new_id
from app.domain.people.identity import IdentityQuestion
from app.domain.people.patient import Patient
from app.storage.database import connect
from app.storage.store import CaseStore
from app.storage.unit_of_work import UnitOfWork

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)


def _patient(work: UnitOfWork, code: str) -> PatientId:
    patient = Patient(PatientId(new_id()), code, issued_id="1000")
    work.cases.add_patient(patient)
    return patient.id


def test_a_settled_doubt_leads_to_the_person_and_is_not_asked_again(store: CaseStore) -> None:
    with store.writing() as work:
        first, second, third = (_patient(work, code) for code in ("1000", "1000 (2)", "1000 (3)"))
        work.identity_questions.add(IdentityQuestion(second, first, NOW))
        work.identity_questions.add(IdentityQuestion(third, second, NOW))
        assert [question.newcomer for question in work.identity_questions.open()] == sorted((second, third))
        assert work.identity_questions.person_of(third) == third
        work.identity_questions.settle(second, is_same=True, who="Dr Test", at=NOW)
        work.identity_questions.settle(third, is_same=True, who="Dr Test", at=NOW)
        work.commit()
    with store.reading() as work:
        assert work.identity_questions.open() == []
        assert [work.identity_questions.person_of(one) for one in (first, second, third)] == [first] * 3
        assert work.identity_questions.of(second) == IdentityQuestion(second, first, NOW)
        assert work.identity_questions.of(first) is None


def test_persons_who_were_kept_apart_stay_two(store: CaseStore) -> None:
    with store.writing() as work:
        first, second = (_patient(work, code) for code in ("1000", "1000 (2)"))
        work.identity_questions.add(IdentityQuestion(second, first, NOW))
        work.identity_questions.settle(second, is_same=False, who="Dr Test", at=NOW)
        assert work.identity_questions.open() == []
        assert work.identity_questions.person_of(second) == second
        with pytest.raises(NotFoundError):
            work.identity_questions.settle(first, is_same=True, who="Dr Test", at=NOW)


def test_persons_called_the_same_in_a_circle_end_somewhere(store: CaseStore) -> None:
    with store.writing() as work:
        first, second = (_patient(work, code) for code in ("1000", "1000 (2)"))
        for one, other in ((first, second), (second, first)):
            work.identity_questions.add(IdentityQuestion(one, other, NOW))
            work.identity_questions.settle(one, is_same=True, who="Dr Test", at=NOW)
        assert work.identity_questions.person_of(first) in (first, second)


def test_a_doubt_is_not_deleted(store: CaseStore, folder: Path) -> None:
    with store.writing() as work:
        first, second = (_patient(work, code) for code in ("1000", "1000 (2)"))
        work.identity_questions.add(IdentityQuestion(second, first, NOW))
        work.commit()
    with (
        closing(connect(folder / "cases.sqlite")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="is_not_deleted"),
    ):
        connection.execute("DELETE FROM identity_doubt")
