"""What an export may tell about a patient.

De-identified means: no name, patient number, birth year, file name, label, note or comment (free text may
name anybody), no date, no name of staff. Age stays (85 stands for 85 and older), as do sex, site, skin
type and history. Patients, lesions and images get pseudonyms that are the same in every export, so that
follow-up studies work; they are hashes of the store's random identifiers and cannot be traced back without
the store. Times are told as days since the image was imported. Text burned into the picture stays visible.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.case import Case
from app.domain.case_fields import OLDEST_AGE_YEARS
from app.domain.people.age import age_at_visit
from app.exporters.file_names import safe_name

_PSEUDONYM_DIGITS = 10


@dataclass(frozen=True, slots=True)
class CaseDisclosure:
    """A case's identifying facts as an export may tell them; None where they are left out or unknown."""

    patient_code: str
    lesion_code: str
    image_code: str
    patient_name: str | None
    birth_year: int | None
    age_years: int | None
    lesion_label: str | None
    file_name: str | None
    visited_on: date | None
    patient_notes: str | None
    lesion_notes: str | None
    comment: str | None
    is_deidentified: bool
    imported_at: datetime
    """Only the origin for ``when``; never told itself in a de-identified export."""

    def when(self, at: datetime) -> str:
        """Return a moment as the export may tell it."""
        if self.is_deidentified:
            return f"day {(at - self.imported_at).days}"
        return at.astimezone().strftime("%d %b %Y, %H:%M")

    def who(self, name: str) -> str:
        """Return a person of the staff as the export may name them."""
        return "clinician" if self.is_deidentified else name

    @property
    def age_words(self) -> str | None:
        """Return the age in words."""
        if self.age_years is None:
            return None
        return (
            f"{OLDEST_AGE_YEARS}+ years" if self.age_years >= OLDEST_AGE_YEARS else f"{self.age_years} years"
        )


def disclosed_case(case: Case, *, deidentified: bool) -> CaseDisclosure:
    """Return what an export may tell about a case."""
    if deidentified:
        return CaseDisclosure(
            patient_code=pseudonym("P", case.patient.id),
            lesion_code=pseudonym("L", case.lesion.id),
            image_code=pseudonym("I", case.image.id),
            patient_name=None,
            birth_year=None,
            lesion_label=None,
            file_name=None,
            visited_on=None,
            patient_notes=None,
            lesion_notes=None,
            comment=None,
            is_deidentified=True,
            age_years=age_years_of(case),
            imported_at=case.image.imported_at,
        )
    return CaseDisclosure(
        patient_code=case.patient.code,
        lesion_code=case.lesion.id,
        image_code=case.image.id,
        patient_name=case.patient.name or None,
        birth_year=case.patient.birth_year,
        lesion_label=case.lesion.label or None,
        file_name=case.image.file_name,
        visited_on=case.visit.visited_on,
        patient_notes=case.patient.notes or None,
        lesion_notes=case.lesion.notes or None,
        comment=case.decision.comment or None if case.decision else None,
        is_deidentified=False,
        age_years=age_years_of(case),
        imported_at=case.image.imported_at,
    )


def age_years_of(case: Case) -> int | None:
    """Return the age at the visit; everybody older than 85 is 85, because great age identifies a person."""
    age = age_at_visit(case.patient, case.visit)
    return None if age is None else min(age.years, OLDEST_AGE_YEARS)


def pseudonym(kind: str, identifier: str) -> str:
    """Return a stable name for a patient (P), lesion (L) or image (I) of the store."""
    digest = hashlib.sha256(f"naevus pseudonym {kind} {identifier}".encode()).hexdigest()
    return f"{kind}-{digest[:_PSEUDONYM_DIGITS]}"


def file_stem(case: Case, *, deidentified: bool) -> str:
    """Return a name for a case's files without an extension, valid on every operating system."""
    if deidentified:
        return pseudonym("I", case.image.id)
    return f"{safe_name(case.patient.code)}_{case.visit.visited_on.isoformat()}_{case.image.id[:8]}"
