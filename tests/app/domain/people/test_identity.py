from datetime import date

import pytest

from app.domain.ids import LesionId, PatientId, VisitId
from app.domain.lesion import Visit
from app.domain.people.identity import (
    KnownPerson,
    YearSpan,
    agreements,
    completed,
    differences,
    is_same_issuer,
    known_person,
)
from app.domain.people.patient import Patient


def _patient(**known: object) -> Patient:
    return Patient(PatientId("p"), "1000", **known)  # type: ignore[arg-type]  # names of Patient's fields


def _visit(year: int, age_years: int | None) -> Visit:
    return Visit(VisitId("v"), LesionId("l"), date(year, 6, 1), age_years)


def _person(*visits: Visit, **known: object) -> KnownPerson:
    return known_person(_patient(**known), visits)


@pytest.mark.parametrize(
    ("stored", "offered", "differing"),
    [
        ({"sex": "female"}, {"sex": "male"}, ("sex",)),
        ({"sex": "female"}, {}, ()),
        ({"birth_year": 1950}, {"birth_year": 1951}, ("birth_year",)),
        ({"birth_year": 1950, "birthday": "01-01"}, {"birth_year": 1950, "birthday": "02-01"}, ("birthday",)),
        ({"birth_year": 1950, "birthday": "01-01"}, {"birth_year": 1950}, ()),
        ({"name": "Doe, Jane"}, {"name": "Roe, Rita"}, ("name",)),
        ({"name": "Doe, Jane"}, {"name": "JANE DOE"}, ()),
        ({"name": "Doe, Jane"}, {"name": ""}, ()),
        (
            {"name": "Doe, Jane", "sex": "female", "birth_year": 1950},
            {"name": "Roe, Rob", "sex": "male", "birth_year": 1990},
            ("name", "sex", "birth_year"),
        ),
    ],
)
def test_only_values_that_both_have_contradict(
    stored: dict[str, object], offered: dict[str, object], differing: tuple[str, ...]
) -> None:
    assert differences(_person(**stored), _person(**offered)) == differing
    assert differences(_person(**offered), _person(**stored)) == differing


@pytest.mark.parametrize(
    ("stored_visit", "offered_visit", "contradicts"),
    [
        (_visit(2024, 45), _visit(2024, 12), True),
        (_visit(2014, 45), _visit(2024, 55), False),
        (_visit(2014, 45), _visit(2024, 54), False),
        (_visit(2014, 45), _visit(2024, 57), True),
        (_visit(2024, 85), _visit(2014, 85), False),
        (_visit(2024, 85), _visit(2014, 70), True),
        (_visit(2024, None), _visit(2024, 12), False),
    ],
)
def test_ages_contradict_when_no_year_of_birth_fits_both(
    stored_visit: Visit, offered_visit: Visit, contradicts: bool
) -> None:
    found = differences(_person(stored_visit), _person(offered_visit))
    assert found == (("birth_year",) if contradicts else ())


def test_an_age_contradicts_a_year_of_birth() -> None:
    assert differences(_person(birth_year=1950), _person(_visit(2024, 34))) == ("birth_year",)
    assert differences(_person(birth_year=1950), _person(_visit(2024, 73))) == ()


def test_an_age_from_an_undated_picture_leaves_more_years_open() -> None:
    person = known_person(_patient(), [_visit(2024, 45)], pictures_may_be_years_older=10)
    assert person.born == YearSpan(1968, 1979)


def test_ages_that_contradict_each_other_say_nothing() -> None:
    assert _person(_visit(2024, 45), _visit(2024, 12)).born is None


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [("Clinic A", "clinic  a", True), ("Clinic A", "", True), ("Clinic A", "Clinic B", False)],
)
def test_an_issuer_that_is_not_named_can_be_any(one: str, other: str, is_same: bool) -> None:
    assert is_same_issuer(one, other) is is_same


def test_what_is_missing_is_completed_and_nothing_is_replaced() -> None:
    stored = _patient(name="Doe, Jane", sex="female")
    offered = _patient(name="Doe, J.", birth_year=1950, birthday="05-17", issuer="A", notes="no")
    done = completed(stored, offered, [_visit(2024, 73)])
    assert (done.name, done.sex, done.birth_year, done.birthday, done.issuer, done.notes) == (
        "Doe, Jane",
        "female",
        1950,
        "05-17",
        "A",
        "",
    )


def test_agreements_count_what_both_are_known_to_share() -> None:
    person = _person(name="Doe, Jane", sex="female", birth_year=1950)
    assert agreements(person, _person(name="Doe, Jane", sex="female")) == 2
    assert agreements(person, _person()) == 0


def test_a_year_of_birth_against_the_ages_that_are_stored_is_left_out() -> None:
    offered = _patient(birth_year=1990, birthday="05-17", sex="male")
    done = completed(_patient(), offered, [_visit(2024, 73)])
    assert (done.birth_year, done.birthday, done.sex) == (None, "", "male")


def test_a_birthday_of_another_year_of_birth_is_left_out() -> None:
    done = completed(_patient(birth_year=1950), _patient(birth_year=1990, birthday="05-17"), [])
    assert (done.birth_year, done.birthday) == (1950, "")
