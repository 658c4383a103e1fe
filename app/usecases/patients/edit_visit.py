"""Changes what is known about the occasion at which a lesion was photographed."""

from app.domain.audit import AuditKind
from app.domain.case_checks import check_age, check_birth, check_visit
from app.domain.changes import Changes
from app.domain.fields import changed_fields, field_edits
from app.domain.lesion import Visit
from app.usecases.patients.three_way_merge import merged
from app.usecases.services import Services


def edit_visit(services: Services, before: Visit, after: Visit) -> Changes:
    """Store the fields in which ``after`` differs from ``before`` (what the form showed).

    Raises:
        InvalidFieldError: a value is not permitted, or contradicts the patient's year of birth.
        StorageError: another window changed the same field meanwhile.
    """
    check_visit(after, today=services.clock().astimezone().date())
    with services.store.writing() as work:
        stored = work.cases.visit(before.id)
        visit = merged(before, after, stored)
        if visit == stored:
            return Changes()
        lesion = work.cases.lesion(visit.lesion_id)
        edited = "visited_on" if visit.age_years == stored.age_years else "age_years"
        patient = work.cases.patient(lesion.patient_id)
        check_birth(patient, visit)
        check_age(patient, visit, edited=edited)
        work.cases.update_visit(visit)
        work.audit.append(
            services.user,
            AuditKind.VISIT_EDITED,
            visit.id,
            edits=field_edits(stored, visit, changed_fields(before, after)),
        )
        images = frozenset(work.cases.images_of(lesion.id))
        work.commit()
    return Changes(images=images, patients=frozenset({lesion.patient_id}), case_list=True)
