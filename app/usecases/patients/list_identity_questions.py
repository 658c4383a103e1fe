"""The questions of who is who that nobody has answered, with what is known about both persons."""

from dataclasses import dataclass

from app.domain.ids import BlobName, ImageId, PatientId
from app.domain.people.age import age_at_visit
from app.domain.people.identity import differences, known_person
from app.domain.people.patient import Patient
from app.storage.unit_of_work import UnitOfWork
from app.usecases.patients.edit_patient import visits_of_patient
from app.usecases.services import Services


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """One of two persons, as far as they can be told apart."""

    patient: Patient
    ages_years: tuple[int, ...]
    """At the visits, each once."""
    file_names: tuple[str, ...]
    images: tuple[ImageId, ...]
    """Those of the work list, in the order of their import."""
    thumbnail: BlobName | None
    """Of the newest image."""


@dataclass(frozen=True, slots=True)
class OpenIdentityQuestion:
    """A question: is the person of a file the stored one of the same number?"""

    stored: PersonEntry
    newcomer: PersonEntry
    differing: tuple[str, ...]
    """Fields that contradict: name, sex, birth_year, birthday."""


def list_identity_questions(services: Services) -> tuple[OpenIdentityQuestion, ...]:
    """Return the open questions, the oldest first; those of whom nothing is in the work list are left out."""
    with services.store.reading() as work:
        asked = [
            _open_question(work, question.newcomer, work.identity_questions.person_of(question.stored))
            for question in work.identity_questions.open()
        ]
    return tuple(question for question in asked if question.newcomer.images)


def _open_question(work: UnitOfWork, newcomer_id: PatientId, stored_id: PatientId) -> OpenIdentityQuestion:
    stored, newcomer = (
        known_person(work.cases.patient(patient_id), visits_of_patient(work, patient_id))
        for patient_id in (stored_id, newcomer_id)
    )
    return OpenIdentityQuestion(
        _entry(work, stored_id), _entry(work, newcomer_id), differing=differences(stored, newcomer)
    )


def _entry(work: UnitOfWork, patient_id: PatientId) -> PersonEntry:
    patient = work.cases.patient(patient_id)
    images = [
        image_id
        for lesion in work.cases.lesions_of(patient_id)
        for image_id in work.cases.images_of(lesion.id)
    ]
    cases = [work.cases.case(image_id) for image_id in images]
    ages = (age_at_visit(case.patient, case.visit) for case in cases)
    lines = work.cases.lines_of(images)
    newest = max(lines, key=lambda line: line.imported_at, default=None)
    return PersonEntry(
        patient=patient,
        ages_years=tuple(dict.fromkeys(age.years for age in ages if age is not None)),
        file_names=tuple(case.image.file_name for case in cases),
        images=tuple(images),
        thumbnail=newest.thumbnail if newest is not None else None,
    )
