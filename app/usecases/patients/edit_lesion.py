"""Changes what is known about a lesion, or whose it is."""

from dataclasses import replace

from app.domain.audit import AuditKind
from app.domain.case_checks import check_lesion, check_site
from app.domain.changes import Changes
from app.domain.errors import NotFoundError
from app.domain.fields import changed_fields, field_edits
from app.domain.ids import LesionId
from app.domain.lesion import Lesion
from app.translation import _
from app.usecases.patients.edit_patient import images_of_patient
from app.usecases.patients.three_way_merge import merged
from app.usecases.services import Services


def edit_lesion(services: Services, before: Lesion, after: Lesion) -> Changes:
    """Store the fields in which ``after`` differs from ``before`` (what the form showed).

    Raises:
        InvalidFieldError: a value is not permitted.
        StorageError: another window changed the same field meanwhile.
    """
    with services.store.writing() as work:
        stored = work.cases.lesion(before.id)
        lesion = merged(before, after, stored)
        if lesion == stored:
            return Changes()
        check_site(lesion, edited="site_special" if lesion.site == stored.site else "site")
        check_lesion(lesion, services.vocabulary)
        work.cases.update_lesion(lesion)
        work.audit.append(
            services.user,
            AuditKind.LESION_EDITED,
            lesion.id,
            edits=field_edits(stored, lesion, changed_fields(before, after)),
        )
        # The size of a lesion is read for the patient's other lesions, too.
        images = images_of_patient(work, lesion.patient_id)
        work.commit()
    return Changes(images=images, patients=frozenset({lesion.patient_id}), case_list=True)


def assign_lesion(services: Services, lesion_id: LesionId, patient_code: str) -> Changes:
    """Give a lesion to another patient who is already in the case store."""
    with services.store.writing() as work:
        lesion = work.cases.lesion(lesion_id)
        patient = work.cases.patient_by_code(patient_code.strip())
        if patient is None:
            raise NotFoundError(
                _("There is no patient {patient_code} in the case store.").format(
                    patient_code=patient_code.strip()
                )
            )
        work.cases.update_lesion(replace(lesion, patient_id=patient.id))
        work.audit.append(
            services.user, AuditKind.LESION_ASSIGNED, lesion.id, f"{lesion.patient_id} to {patient.id}"
        )
        images = images_of_patient(work, lesion.patient_id) | images_of_patient(work, patient.id)
        work.commit()
    return Changes(images=images, patients=frozenset({lesion.patient_id, patient.id}), case_list=True)
