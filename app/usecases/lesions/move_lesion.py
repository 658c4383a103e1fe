"""Gives a lesion with all its visits to another patient."""

from app.domain.audit import AuditKind
from app.domain.errors import DomainError, NotFoundError
from app.domain.ids import LesionId, PatientId, new_id
from app.domain.moves import LesionStep, Move
from app.domain.people.patient import Patient
from app.translation import _
from app.usecases.lesions.filing import Moved, carried_out, new_move_id
from app.usecases.services import Services


def move_lesion(services: Services, lesion_id: LesionId, patient_code: str) -> Moved:
    """Give a lesion to another patient who is already in the case store.

    Raises:
        NotFoundError: there is no such lesion, or no patient with this number.
        DomainError: the lesion is that patient's already.
        InvalidFieldError: day or age of a visit contradict the patient's year of birth.
    """
    code = patient_code.strip()
    with services.store.writing() as work:
        lesion, patient = work.cases.lesion(lesion_id), work.cases.patient_by_code(code)
        if patient is None:
            raise NotFoundError(
                _("There is no patient {patient_code} in the case store.").format(patient_code=code)
            )
        if patient.id == lesion.patient_id:
            raise DomainError(_("The lesion is of patient {code} already.").format(code=code))
        step = LesionStep(lesion_id, lesion.patient_id, patient.id)
        move = Move(new_move_id(), lesions=(step,))
        moved = carried_out(services, work, AuditKind.LESION_ASSIGNED, move)
        work.commit()
    return moved


def move_lesion_to_new_patient(services: Services, lesion_id: LesionId) -> Moved:
    """Give a lesion to a new patient with a fresh code, of whom nothing is known yet.

    Raises:
        NotFoundError: there is no such lesion.
    """
    with services.store.writing() as work:
        lesion = work.cases.lesion(lesion_id)
        patient = Patient(PatientId(new_id()), work.cases.fresh_patient_code())
        work.cases.add_patient(patient)
        work.audit.append(services.user, AuditKind.PATIENT_ADDED, patient.id)
        step = LesionStep(lesion_id, lesion.patient_id, patient.id)
        moved = carried_out(services, work, AuditKind.LESION_ASSIGNED, Move(new_move_id(), lesions=(step,)))
        work.commit()
    return moved
