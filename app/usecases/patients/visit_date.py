"""On which day an image was taken: as its file says, else the day of import, and which of the two it is."""

from datetime import date

from app.domain.case import Case
from app.domain.case_checks import check_birth
from app.domain.errors import InvalidFieldError
from app.domain.ids import LesionId, VisitId
from app.domain.lesion import Visit
from app.domain.people.patient import Patient
from app.imaging.read_image import ReadImage

VISIT_DATE = "visit date"
"""What a line of provenance about the visit's day is about; the line itself never names the day."""

_FROM_FILE = "as the file says"
_NOT_IN_FILE = "the day of import, because the file names none"
_BEFORE_BIRTH = "the day of import, because the day in the file lies before the patient's birth"
_IN_FUTURE = "the day of import, because the day in the file lies in the future"


def visit_day(read: ReadImage, today: date) -> tuple[date, tuple[str, str]]:
    """Return the day of the visit and the line of provenance that says where it is from."""
    if read.taken_on is None:
        return today, (VISIT_DATE, _NOT_IN_FILE)
    if read.taken_on > today:
        return today, (VISIT_DATE, _IN_FUTURE)
    return read.taken_on, (VISIT_DATE, _FROM_FILE)


def day_after_birth(
    patient: Patient, found: tuple[date, tuple[str, str]], today: date
) -> tuple[date, tuple[str, str]]:
    """Return the day that a file gives to the visit, or that of import when nobody was born by then."""
    try:
        check_birth(patient, Visit(VisitId(""), LesionId(""), found[0]))
    except InvalidFieldError:
        return today, (VISIT_DATE, _BEFORE_BIRTH)
    return found


def is_day_of_import(case: Case) -> bool:
    """Say whether a visit still has the day of import, which may not be the day of the photograph."""
    if (VISIT_DATE, _FROM_FILE) in case.image.provenance:
        return False
    return case.visit.visited_on == case.image.imported_at.astimezone().date()
