"""Which stored patient the header of a file means; a new one when it means none, or contradicts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain.audit import AuditKind
from app.domain.case_fields import birth_year
from app.domain.errors import DomainError, InvalidFieldError
from app.domain.fields import field_edits
from app.domain.ids import LesionId, PatientId, VisitId, new_id
from app.domain.lesion import Visit
from app.domain.people.identity import (
    IdentityQuestion,
    KnownPerson,
    agreements,
    completed,
    differences,
    is_same_issuer,
    known_person,
)
from app.domain.people.patient import Patient
from app.domain.people.placeholder import is_placeholder
from app.imaging.read_image import ReadImage
from app.storage.unit_of_work import UnitOfWork
from app.translation import N_, _
from app.usecases.patients.edit_patient import visits_of_patient
from app.usecases.services import Services

_UNDATED_PICTURE_YEARS = 10
"""A picture whose file names no day may be that much older than its import, and the age in it with it."""

_WORDS_BY_FIELD = {
    "number": N_("patient number"),
    "name": N_("name"),
    "sex": N_("sex"),
    "birth_year": N_("year of birth"),
    "birthday": N_("day of birth"),
}

_PLACEHOLDER = (
    "The patient number of the file is a placeholder and names nobody, so the image has a patient of its own."
)


@dataclass(frozen=True, slots=True)
class FoundPatient:
    """The patient of a file, and what is to be said about the choice."""

    patient: Patient
    notice: str = ""
    """Something a person should know."""
    kept_apart: str = ""
    """Why the file's person was kept apart from a stored one of the same number."""


def patient_of_file(
    services: Services, work: UnitOfWork, read: ReadImage, day: date, *, is_dated: bool, merges: bool
) -> FoundPatient:
    """Return the patient whom a header means, stored in ``work``.

    The number and its issuer say who it is. An entry that contradicts the stored person in name, sex or
    birth date is kept apart as a patient of its own, with a doubt that a person can settle, unless
    ``merges`` says that one number is always one person. A placeholder is nobody's number.
    """
    offered = _person_of_file(services, read, day, is_dated=is_dated)
    number = offered.patient.issued_id
    if not number:
        notice = _PLACEHOLDER if (read.patient_code or "").strip() else ""
        return FoundPatient(_added(services, work, offered.patient, work.cases.fresh_patient_code()), notice)
    known = [
        known_person(patient, visits_of_patient(work, patient.id))
        for patient in work.cases.patients_by_number(number)
        if is_same_issuer(patient.issuer, offered.patient.issuer)
    ]
    meant = _meant(work, [one for one in known if not differences(one, offered)], offered)
    if meant is not None:
        return FoundPatient(_completed(services, work, meant, offered.patient))
    if not known:
        return FoundPatient(_added(services, work, offered.patient, _free_code(work, offered.patient)))
    nearest = min(known, key=lambda one: (len(differences(one, offered)), -agreements(one, offered)))
    stored = work.cases.patient(work.identity_questions.person_of(nearest.patient.id))
    why = _why_doubted(differences(nearest, offered), stored)
    if merges:
        return FoundPatient(
            _completed(services, work, stored, offered.patient),
            _("{why}; taken as the same person, as asked.").format(why=why),
        )
    added = _added(services, work, offered.patient, _free_code(work, offered.patient))
    work.identity_questions.add(IdentityQuestion(added.id, stored.id, services.clock()))
    return FoundPatient(added, kept_apart=_("{why}; kept apart as {code}.").format(why=why, code=added.code))


def person_completed(
    services: Services, work: UnitOfWork, patient_id: PatientId, read: ReadImage, day: date, *, is_dated: bool
) -> Patient:
    """Return a stored patient with what only a file knows, which is stored; the file is known to fit."""
    offered = _person_of_file(services, read, day, is_dated=is_dated)
    return _completed(services, work, work.cases.patient(patient_id), offered.patient)


def check_person_of_lesion(
    services: Services, work: UnitOfWork, read: ReadImage, day: date, patient: Patient, *, is_dated: bool
) -> None:
    """Check that a file can be of the person whose lesion it is said to show.

    Raises:
        DomainError: number, name, sex or birth date of the file are another person's.
    """
    offered = _person_of_file(services, read, day, is_dated=is_dated)
    one, other = patient, offered.patient
    found = list(differences(known_person(one, visits_of_patient(work, one.id)), offered))
    is_other_number = bool(one.issued_id and other.issued_id) and one.issued_id != other.issued_id
    if is_other_number or not is_same_issuer(one.issuer, other.issuer):
        found.insert(0, "number")
    if found:
        words = _(" and another ").join(_(_WORDS_BY_FIELD[field]) for field in found)
        raise DomainError(
            _(
                "The file names another {words} than the patient {code} of this lesion; import it "
                "without naming the lesion."
            ).format(words=words, code=patient.code)
        )


def _person_of_file(services: Services, read: ReadImage, day: date, *, is_dated: bool) -> KnownPerson:
    code, name, issuer = (
        (text or "").strip() for text in (read.patient_code, read.patient_name, read.patient_issuer)
    )
    patient = Patient(
        id=PatientId(new_id()),
        code="",
        name="" if is_placeholder(name) else name,
        birth_year=_known_birth_year(read, day),
        sex=read.sex if read.sex in services.vocabulary.sexes else None,
        issuer="" if is_placeholder(issuer) else issuer,
        issued_id="" if is_placeholder(code) else code,
        birthday=read.birthday or "",
    )
    age_years = read.age_years if read.age_years is not None and read.age_years >= 0 else None
    visit = Visit(VisitId(new_id()), LesionId(new_id()), day, age_years)
    return known_person(
        patient, [visit], pictures_may_be_years_older=0 if is_dated else _UNDATED_PICTURE_YEARS
    )


def _known_birth_year(read: ReadImage, day: date) -> int | None:
    try:
        return birth_year(read.birth_year, today=day)
    except InvalidFieldError:
        return None


def _meant(work: UnitOfWork, fitting: Sequence[KnownPerson], offered: KnownPerson) -> Patient | None:
    """Return the one person who fits best; None when nobody does, or two do equally well."""
    best: dict[PatientId, int] = {}
    for one in fitting:
        person = work.identity_questions.person_of(one.patient.id)
        best[person] = max(agreements(one, offered), best.get(person, 0))
    if not best:
        return None
    most = max(best.values())
    found = [person for person, agreeing in best.items() if agreeing == most]
    return work.cases.patient(found[0]) if len(found) == 1 else None


def _why_doubted(fields: Sequence[str], stored: Patient) -> str:
    if not fields:
        return _("Patient number {number} is that of several stored persons").format(
            number=stored.issued_id or stored.code
        )
    another = _(" and another ").join(_(_WORDS_BY_FIELD[field]) for field in fields)
    return _("Patient number {number} is stored with another {another}").format(
        number=stored.issued_id or stored.code, another=another
    )


def _completed(services: Services, work: UnitOfWork, stored: Patient, offered: Patient) -> Patient:
    """Store what only the file knows about a person, so that the next file is compared with that, too."""
    patient = completed(stored, offered, visits_of_patient(work, stored.id))
    if patient != stored:
        work.cases.update_patient(patient)
        work.audit.append(
            services.user, AuditKind.PATIENT_EDITED, patient.id, edits=field_edits(stored, patient)
        )
    return patient


def _added(services: Services, work: UnitOfWork, patient: Patient, code: str) -> Patient:
    added = replace(patient, code=code)
    work.cases.add_patient(added)
    work.audit.append(services.user, AuditKind.PATIENT_ADDED, added.id)
    return added


def _free_code(work: UnitOfWork, patient: Patient) -> str:
    """Return the issued number, with its issuer or a count behind it when another person has it."""
    number, count = patient.issued_id, 2
    holder = work.cases.patient_by_code(number)
    if holder is None:
        return number
    if not is_same_issuer(holder.issuer, patient.issuer):
        code = f"{number} ({patient.issuer})"
        if work.cases.patient_by_code(code) is None:
            return code
    while work.cases.patient_by_code(code := f"{number} ({count})") is not None:
        count += 1
    return code
