"""What a person says about two patients of one number: the same person, or two."""

from dataclasses import replace

from app.domain.audit import AuditKind
from app.domain.case_checks import check_age
from app.domain.changes import Changes
from app.domain.errors import InvalidFieldError, NotFoundError
from app.domain.fields import field_edits
from app.domain.ids import ImageId, LesionId, PatientId
from app.domain.people.identity import completed
from app.domain.people.patient import Patient
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.lesions.filing import carried_out
from app.usecases.lesions.merge_lesions import merge_move
from app.usecases.patients.edit_patient import images_of_patient, visits_of_patient
from app.usecases.services import Services


def join_patients(services: Services, newcomer_id: PatientId) -> Changes:
    """Give all lesions of a doubtful patient to the stored one, whose values stay as they are.

    What only the doubtful patient's file knows is added. An age that contradicts the stored year of birth
    is taken out, because the year then tells it. The next file like this one goes to the stored patient.

    Raises:
        NotFoundError: there is no doubt about this patient.
    """
    with services.store.writing() as work:
        changes = _joined(services, work, newcomer_id)
        work.commit()
    return changes


def keep_apart(services: Services, newcomer_id: PatientId) -> Changes:
    """Note that two patients of one number are two persons, so that it is not asked again.

    Raises:
        NotFoundError: there is no doubt about this patient.
    """
    with services.store.writing() as work:
        stored_id = _stored_of(work, newcomer_id)
        work.identity_questions.settle(newcomer_id, is_same=False, who=services.user, at=services.clock())
        work.audit.append(services.user, AuditKind.PATIENTS_KEPT_APART, newcomer_id, stored_id)
        work.commit()
    return Changes(patients=frozenset({newcomer_id}))


def join_image(services: Services, image_id: ImageId) -> str | None:
    """Join the patient of an image with the one it was kept apart from; None when there is no open doubt.

    Returns:
        What was done, as a sentence.
    """
    with services.store.writing() as work:
        newcomer = work.cases.case(image_id).patient
        if newcomer.id not in {question.newcomer for question in work.identity_questions.open()}:
            return None
        _joined(services, work, newcomer.id)
        stored = work.cases.case(image_id).patient
        work.commit()
    return _("The lesions of patient {newcomer} were given to patient {stored}, as asked.").format(
        newcomer=newcomer.code, stored=stored.code
    )


def _joined(services: Services, work: UnitOfWork, newcomer_id: PatientId) -> Changes:
    stored = work.cases.patient(work.identity_questions.person_of(_stored_of(work, newcomer_id)))
    newcomer = work.cases.patient(newcomer_id)
    patient = completed(stored, newcomer, visits_of_patient(work, stored.id))
    if patient != stored:
        work.cases.update_patient(patient)
        work.audit.append(
            services.user, AuditKind.PATIENT_EDITED, patient.id, edits=field_edits(stored, patient)
        )
    for lesion in work.cases.lesions_of(newcomer_id):
        work.cases.update_lesion(replace(lesion, patient_id=patient.id))
        work.audit.append(
            services.user, AuditKind.LESION_ASSIGNED, lesion.id, f"{newcomer_id} to {patient.id}"
        )
    _take_out_contradicting_ages(services, work, patient)
    _join_lesions(services, work, patient)
    work.identity_questions.settle(newcomer_id, is_same=True, who=services.user, at=services.clock())
    work.audit.append(services.user, AuditKind.PATIENTS_JOINED, newcomer_id, patient.id)
    images = images_of_patient(work, patient.id)
    return Changes(images=images, patients=frozenset({newcomer_id, patient.id}), case_list=True)


def _join_lesions(services: Services, work: UnitOfWork, patient: Patient) -> None:
    """Make lesions of one Tracking UID one lesion, which they were not while their patients were two."""
    kept_by_uid: dict[str, LesionId] = {}
    for lesion in work.cases.lesions_of(patient.id):
        kept_id = kept_by_uid.setdefault(lesion.tracking_uid, lesion.id)
        if lesion.tracking_uid and kept_id != lesion.id:
            move = merge_move(work, lesion.id, kept_id)
            carried_out(services, work, AuditKind.LESIONS_MERGED, move)


def _take_out_contradicting_ages(services: Services, work: UnitOfWork, patient: Patient) -> None:
    for visit in visits_of_patient(work, patient.id):
        try:
            check_age(patient, visit)
        except InvalidFieldError:
            work.cases.update_visit(replace(visit, age_years=None))
            work.audit.append(
                services.user,
                AuditKind.VISIT_EDITED,
                visit.id,
                edits=field_edits(visit, replace(visit, age_years=None)),
            )


def _stored_of(work: UnitOfWork, newcomer_id: PatientId) -> PatientId:
    question = work.identity_questions.of(newcomer_id)
    if question is None:
        raise NotFoundError(_("There is no question about this patient in the case store any more."))
    return question.stored
