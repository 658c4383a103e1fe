"""A lesion and the visits at which it was photographed."""

from dataclasses import dataclass
from datetime import date

from app.domain.ids import LesionId, PatientId, VisitId


@dataclass(frozen=True, slots=True)
class Lesion:
    """One spot on the skin of one patient."""

    id: LesionId
    patient_id: PatientId
    label: str = ""
    site: str | None = None
    """A general anatomic site of the ISIC dictionary (see vocabulary)."""
    site_special: str | None = None
    clin_size_long_diam_mm: float | None = None
    notes: str = ""
    tracking_uid: str = ""
    """DICOM Tracking UID (0062,0021), by which files of several visits name one lesion; "" when none does."""
    merged_into: LesionId | None = None
    """The lesion to which a person gave all images of this one, which is empty since and shown nowhere."""
    anatomic_site: str | None = None
    """The exact site, a path of the ISIC dictionary such as "Head and neck:Head:Face:Nose"."""
    laterality: str | None = None
    """'left', 'right' or 'midline'; None = not known."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One occasion at which a lesion was photographed."""

    id: VisitId
    lesion_id: LesionId
    visited_on: date
    age_years: int | None = None
    """Age at this visit; 85 stands for 85 and older, as in the ISIC dictionary."""
