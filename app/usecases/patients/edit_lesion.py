"""Changes what is known about a lesion, or whose it is."""

from app.domain.anatomic_sites import check_anatomic_site, with_general_site
from app.domain.audit import AuditKind
from app.domain.case_checks import check_lesion, check_site
from app.domain.changes import Changes
from app.domain.fields import field_edits
from app.domain.ids import LesionId
from app.domain.lesion import Lesion
from app.usecases.lesions.move_lesion import move_lesion
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
        sites = services.vocabulary.anatomic_sites
        lesion = with_general_site(stored, merged(before, after, stored), sites)
        if lesion == stored:
            return Changes()
        check_site(lesion, edited="site_special" if lesion.site == stored.site else "site")
        check_anatomic_site(lesion, sites, before=stored)
        check_lesion(lesion, services.vocabulary)
        work.cases.update_lesion(lesion)
        work.audit.append(
            services.user,
            AuditKind.LESION_EDITED,
            lesion.id,
            edits=field_edits(stored, lesion),
        )
        # The size of a lesion is read for the patient's other lesions, too.
        images = images_of_patient(work, lesion.patient_id)
        work.commit()
    return Changes(images=images, patients=frozenset({lesion.patient_id}), case_list=True)


def assign_lesion(services: Services, lesion_id: LesionId, patient_code: str) -> Changes:
    """Give a lesion to another patient who is already in the case store, as ``move_lesion`` does."""
    return move_lesion(services, lesion_id, patient_code).changes
