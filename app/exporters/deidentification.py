"""What an export may tell about a patient.

De-identified means: no field that ``app.domain.fields`` says may identify, no file name or comment (free text
may name anybody), no date, no name of staff. Age stays (85 stands for 85 and older), as do sex, site, skin
type and history. Patients, lesions and images get pseudonyms that are the same in every export, so that
follow-up studies work; they are hashes of the store's random identifiers and cannot be traced back without
the store. Times are told as days since the image was imported. Text burned into the picture stays visible.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.case import Case
from app.domain.case_fields import OLDEST_AGE_YEARS
from app.domain.fields import FIELDS, FieldValue
from app.domain.pseudonym import pseudonym
from app.exporters.csv_cells import Cell
from app.translation import _, day_text, moment_text


@dataclass(frozen=True, slots=True)
class CaseDisclosure:
    """What an export may tell about a case; None where it is left out or unknown."""

    patient_code: str
    lesion_code: str
    image_code: str
    age_years: int | None
    file_name: str | None
    comment: str | None
    entered: Mapping[str, Cell]
    """Fields of the case by their columns; a de-identified export lacks those that identify."""
    is_deidentified: bool
    imported_at: datetime
    """Only the origin for ``when``; never told itself in a de-identified export."""

    def when(self, at: datetime) -> str:
        """Return a moment as the export may tell it."""
        if self.is_deidentified:
            return _("day {days}").format(days=(at - self.imported_at).days)
        return moment_text(at)

    def day(self, on: date) -> str:
        """Return a day as the export may tell it."""
        if self.is_deidentified:
            return _("day {days}").format(days=(on - self.imported_at.astimezone().date()).days)
        return day_text(on)

    def who(self, name: str) -> str:
        """Return a person of the staff as the export may name them."""
        return "clinician" if self.is_deidentified else name

    def who_words(self, name: str) -> str:
        """Return a person of the staff as a report may name them, in the language in use."""
        return _("clinician") if self.is_deidentified else name

    def text(self, column: str | None) -> str | None:
        """Return the text of an entered field; None when it is unknown, left out, or no text."""
        value = None if column is None else self.entered.get(column)
        return value if isinstance(value, str) else None

    @property
    def age_words(self) -> str | None:
        """Return the age in words."""
        if self.age_years is None:
            return None
        years = f"{OLDEST_AGE_YEARS}+" if self.age_years >= OLDEST_AGE_YEARS else f"{self.age_years}"
        return _("{years} years").format(years=years)


def disclosed_case(case: Case, *, deidentified: bool) -> CaseDisclosure:
    """Return what an export may tell about a case."""
    comment = case.decision.comment or None if case.decision else None
    entered = {
        field.column: _cell(case.entered(field))
        for field in FIELDS
        if field.column is not None and not (deidentified and field.identifies)
    }
    return CaseDisclosure(
        patient_code=pseudonym("P", case.patient.id) if deidentified else case.patient.code,
        lesion_code=pseudonym("L", case.lesion.id) if deidentified else case.lesion.id,
        image_code=pseudonym("I", case.image.id) if deidentified else case.image.id,
        age_years=case.age_years,
        file_name=None if deidentified else case.image.file_name,
        comment=None if deidentified else comment,
        entered={**entered, "age": case.age_years},
        is_deidentified=deidentified,
        imported_at=case.image.imported_at,
    )


def _cell(value: FieldValue) -> Cell:
    if isinstance(value, date):
        return value.isoformat()
    return None if value == "" else value
