from dataclasses import replace
from datetime import date

from app.domain.ids import LesionId, PatientId, VisitId
from app.domain.lesion import Visit
from app.domain.people.age import Age, age_at_visit
from app.domain.people.patient import Patient

PATIENT = Patient(PatientId("p"), "P-1")
VISIT = Visit(VisitId("v"), LesionId("l"), date(2026, 3, 14))


def test_an_entered_age_counts_before_the_year_of_birth() -> None:
    born = replace(PATIENT, birth_year=1961)
    assert age_at_visit(born, replace(VISIT, age_years=64)) == Age(64, is_computed=False)
    assert age_at_visit(born, VISIT) == Age(65, is_computed=True)
    assert age_at_visit(PATIENT, VISIT) is None


def test_a_computed_age_follows_the_visit_and_is_told_as_it_is() -> None:
    born = replace(PATIENT, birth_year=1935)
    assert age_at_visit(born, VISIT) == Age(91, is_computed=True)
    assert age_at_visit(born, replace(VISIT, visited_on=date(2000, 1, 1))) == Age(65, is_computed=True)
