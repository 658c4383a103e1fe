"""Changes what is known about a patient."""

from dataclasses import replace

from app.domain.audit import AuditKind
from app.domain.case_checks import check_age, check_birth, check_patient
from app.domain.changes import Changes
from app.domain.errors import InvalidFieldError
from app.domain.fields import changed_fields, field_edits
from app.domain.ids import ImageId, PatientId
from app.domain.lesion import Visit
from app.domain.people.patient import Patient
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.patients.three_way_merge import merged
from app.usecases.services import Services


def edit_patient(services: Services, before: Patient, after: Patient) -> Changes:
    """Store the fields in which ``after`` differs from ``before`` (what the form showed).

    Raises:
        InvalidFieldError: a value is not permitted.
        StorageError: another window changed the same field meanwhile.
    """
    after = replace(after, code=after.code.strip())
    check_patient(after, services.vocabulary, today=services.clock().astimezone().date())
    with services.store.writing() as work:
        stored = work.cases.patient(before.id)
        patient = merged(before, after, stored)
        if patient == stored:
            return Changes()
        if patient.code != stored.code:
            # A number that was corrected by hand is not the one in the files any more, nor its issuer's.
            patient = replace(patient, issued_id="", issuer="")
        namesake = work.cases.patient_by_code(patient.code)
        if namesake is not None and namesake.id != patient.id:
            raise InvalidFieldError(
                "code",
                _("Patient {code} is already there; assign the lesion to that patient instead.").format(
                    code=patient.code
                ),
            )
        if patient.birth_year != stored.birth_year:
            _check_ages(work, patient)
        work.cases.update_patient(patient)
        work.audit.append(
            services.user,
            AuditKind.PATIENT_EDITED,
            patient.id,
            edits=field_edits(stored, patient, changed_fields(before, after)),
        )
        images = images_of_patient(work, patient.id)
        work.commit()
    return Changes(images=images, patients=frozenset({patient.id}), case_list=True)


def images_of_patient(work: UnitOfWork, patient_id: PatientId) -> frozenset[ImageId]:
    """Return all images of a patient that are in the work list."""
    return frozenset(
        image_id
        for lesion in work.cases.lesions_of(patient_id)
        for image_id in work.cases.images_of(lesion.id)
    )


def visits_of_patient(work: UnitOfWork, patient_id: PatientId) -> list[Visit]:
    """Return the visits of all lesions of a patient."""
    return [
        visit for lesion in work.cases.lesions_of(patient_id) for visit in work.cases.visits_of(lesion.id)
    ]


def _check_ages(work: UnitOfWork, patient: Patient) -> None:
    for visit in visits_of_patient(work, patient.id):
        check_birth(patient, visit, edited="birth_year")
        check_age(patient, visit, edited="birth_year")
