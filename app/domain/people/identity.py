"""Who is who: when two entries of a patient number can be one person, and when only a person may say so.

A value that is missing contradicts nothing. What contradicts (sex, birth date, name) is never put together
without a yes of a person.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.case_checks import check_age, check_birth
from app.domain.case_fields import OLDEST_AGE_YEARS
from app.domain.errors import InvalidFieldError
from app.domain.ids import PatientId
from app.domain.lesion import Visit
from app.domain.people.patient import Patient
from app.domain.people.person_name import is_same_name

_EARLIEST_YEAR = 0

_FILLED_FROM_FILES = ("name", "sex", "birth_year", "birthday", "issuer")


@dataclass(frozen=True, slots=True)
class YearSpan:
    """The years in which somebody can be born, both included."""

    first: int
    last: int

    def overlaps(self, other: "YearSpan") -> bool:
        """Say whether one year is in both."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What is known about a person where numbers are compared."""

    patient: Patient
    born: YearSpan | None
    """From the year of birth, else from ages at visits."""


@dataclass(frozen=True, slots=True)
class IdentityQuestion:
    """A patient of a file who was kept apart from a stored one of the same number until a person says."""

    newcomer: PatientId
    stored: PatientId
    raised_at: datetime


def known_person(
    patient: Patient, visits: Iterable[Visit], *, pictures_may_be_years_older: int = 0
) -> KnownPerson:
    """Return a person with the years of birth that year and ages leave open.

    Args:
        patient: what is known of the person.
        visits: visits with the ages that are known; their days can be later than the pictures.
        pictures_may_be_years_older: by how many years at most.
    """
    if patient.birth_year is not None:
        return KnownPerson(patient, YearSpan(patient.birth_year, patient.birth_year))
    spans = [_born(visit, pictures_may_be_years_older) for visit in visits if visit.age_years is not None]
    if not spans:
        return KnownPerson(patient, None)
    both = YearSpan(max(span.first for span in spans), min(span.last for span in spans))
    return KnownPerson(patient, both if both.first <= both.last else None)


def differences(stored: KnownPerson, offered: KnownPerson) -> tuple[str, ...]:
    """Return the fields in which two persons contradict each other: name, sex, birth_year, birthday."""
    one, other = stored.patient, offered.patient
    found = []
    if not is_same_name(one.name, other.name):
        found.append("name")
    if one.sex and other.sex and one.sex != other.sex:
        found.append("sex")
    if stored.born and offered.born and not stored.born.overlaps(offered.born):
        found.append("birth_year")
    if one.birthday and other.birthday and one.birthday != other.birthday:
        found.append("birthday")
    return tuple(found)


def agreements(stored: KnownPerson, offered: KnownPerson) -> int:
    """Return in how many of issuer, name, sex, year of birth and birthday two persons are known to agree."""
    one, other = stored.patient, offered.patient
    return sum(
        (
            bool(one.issuer and other.issuer) and is_same_issuer(one.issuer, other.issuer),
            bool(one.name and other.name) and is_same_name(one.name, other.name),
            bool(one.sex) and one.sex == other.sex,
            bool(stored.born and offered.born and stored.born.overlaps(offered.born)),
            bool(one.birthday) and one.birthday == other.birthday,
        )
    )


def is_same_issuer(one: str, other: str) -> bool:
    """Say whether two issuers of patient numbers can be one; an issuer that is not named can be any."""
    return not one or not other or _issuer_words(one) == _issuer_words(other)


def completed(stored: Patient, offered: Patient, visits: Iterable[Visit]) -> Patient:
    """Return the stored person with what only the other entry knows; nothing that is stored is replaced.

    A year of birth that contradicts an age at one of the stored person's visits is left out, and so is a
    birthday that belongs to another year of birth.
    """
    missing = {
        name: getattr(offered, name)
        for name in _FILLED_FROM_FILES
        if not getattr(stored, name) and getattr(offered, name)
    }
    person = replace(stored, **missing)
    if not _fits_ages(person, visits):
        person = replace(person, birth_year=stored.birth_year)
    if offered.birth_year != person.birth_year:
        person = replace(person, birthday=stored.birthday)
    return person


def _fits_ages(patient: Patient, visits: Iterable[Visit]) -> bool:
    try:
        for visit in visits:
            check_birth(patient, visit)
            check_age(patient, visit)
    except InvalidFieldError:
        return False
    return True


def _born(visit: Visit, older_years: int) -> YearSpan:
    """Return the years of birth that an age leaves open; 85 stands for 85 and older."""
    age_years = visit.age_years or 0
    last = visit.visited_on.year - age_years
    if age_years >= OLDEST_AGE_YEARS:
        return YearSpan(_EARLIEST_YEAR, last)
    return YearSpan(last - 1 - older_years, last)


def _issuer_words(issuer: str) -> list[str]:
    return re.findall(r"\w+", issuer.casefold())
