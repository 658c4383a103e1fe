"""Which lesion a file shows: the stored one that its DICOM Tracking UID names, or a new one."""

from dataclasses import dataclass, replace
from datetime import date

from app.domain.audit import AuditKind
from app.domain.errors import DomainError
from app.domain.ids import LesionId, new_id
from app.domain.lesion import Lesion
from app.domain.people.patient import Patient
from app.domain.people.placeholder import is_placeholder
from app.imaging.read_image import ReadImage
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.patients.find_patient import check_person_of_lesion, patient_of_file, person_completed
from app.usecases.services import Services


@dataclass(frozen=True, slots=True)
class FoundLesion:
    """The lesion of a file with its patient, and what is to be said about the choice."""

    lesion: Lesion
    patient: Patient
    notices: tuple[str, ...] = ()
    """Things a person should know."""
    kept_apart: str = ""
    """Why the file's person was kept apart from a stored one of the same number."""


def lesion_of_file(
    services: Services, work: UnitOfWork, read: ReadImage, day: date, *, is_dated: bool, merges: bool
) -> FoundLesion:
    """Return the lesion that a file shows, stored in ``work``.

    A Tracking UID names one lesion all over the world, so a file belongs to the stored lesion with its UID
    unless it names another person; then it is a lesion of its own, which is said.
    """
    named = work.cases.lesions_by_tracking_uid(read.tracking_uid) if read.tracking_uid else []
    fitting = [one for one in named if _fits(services, work, read, day, one, is_dated=is_dated)]
    if len(fitting) == 1:
        patient = person_completed(services, work, fitting[0].patient_id, read, day, is_dated=is_dated)
        return FoundLesion(fitting[0], patient)
    found = patient_of_file(services, work, read, day, is_dated=is_dated, merges=merges)
    own = next((one for one in named if one.patient_id == found.patient.id), None)
    notices = [found.notice] if found.notice else []
    if own is None and named:
        notices.append(_of_another_person(work, named[0]))
    lesion = own or _added(work, found.patient, read)
    return FoundLesion(lesion, found.patient, tuple(notices), found.kept_apart)


def named_lesion(
    services: Services, work: UnitOfWork, read: ReadImage, day: date, lesion_id: LesionId, *, is_dated: bool
) -> FoundLesion:
    """Return the lesion that a person says a file shows; later files with its Tracking UID follow it.

    A lesion that was merged into another one meanwhile is that one.

    Raises:
        DomainError: the file names another person.
    """
    lesion = work.cases.standing_lesion(work.cases.lesion(lesion_id))
    patient = work.cases.patient(lesion.patient_id)
    check_person_of_lesion(services, work, read, day, patient, is_dated=is_dated)
    if not read.tracking_uid or read.tracking_uid == lesion.tracking_uid:
        return FoundLesion(lesion, patient)
    if lesion.tracking_uid:
        said = _("The file has another Tracking UID than the lesion to which it was given; please check it.")
        return FoundLesion(lesion, patient, (said,))
    lesion = replace(lesion, tracking_uid=read.tracking_uid)
    work.cases.update_lesion(lesion)
    work.audit.append(services.user, AuditKind.LESION_EDITED, lesion.id, fields=("tracking_uid",))
    return FoundLesion(lesion, patient)


def said_of_order(work: UnitOfWork, lesion: Lesion, day: date) -> str:
    """Say that a visit lies before one that is stored already; "" when it is the newest of its lesion."""
    days = {visit.visited_on for visit in work.cases.visits_of(lesion.id)}
    if not days or day in days or day > max(days):
        return ""
    return _(
        "The visit of {day:%d %b %Y} lies before one that was imported earlier; the visits of the lesion "
        "stand in the order of their days."
    ).format(day=day)


def _fits(
    services: Services, work: UnitOfWork, read: ReadImage, day: date, lesion: Lesion, *, is_dated: bool
) -> bool:
    """Say whether nothing in a file speaks against its being of the patient of a lesion."""
    patient = work.cases.patient(lesion.patient_id)
    number = (read.patient_code or "").strip()
    if not is_placeholder(number) and number not in (patient.issued_id, patient.code):
        return False
    try:
        check_person_of_lesion(services, work, read, day, patient, is_dated=is_dated)
    except DomainError:
        return False
    return True


def _of_another_person(work: UnitOfWork, lesion: Lesion) -> str:
    return _(
        "The file has the Tracking UID of a lesion of patient {code}, but is not known to be of the same "
        "person; it was taken as a lesion of its own."
    ).format(code=work.cases.patient(lesion.patient_id).code)


def _added(work: UnitOfWork, patient: Patient, read: ReadImage) -> Lesion:
    label = "" if is_placeholder(read.lesion_label or "") else (read.lesion_label or "").strip()
    lesion = Lesion(LesionId(new_id()), patient.id, label=label, tracking_uid=read.tracking_uid or "")
    work.cases.add_lesion(lesion)
    return lesion
