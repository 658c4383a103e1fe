"""Age, scale and acquisition fields of a DICOM header, in the words of the case store.

Nothing here is ever logged. PatientOrientation is ignored: a lesion has no agreed up.
"""

import re
from dataclasses import dataclass
from datetime import date

from pydicom.dataset import FileDataset

from app.domain.image import Calibration
from app.imaging.dicom_person import DicomPerson, person_of, single_value
from app.imaging.written_day import written_day

_OLDEST_AGE = 85
"""The ISIC dictionary clamps ages to 85."""

_DAYS = ("AcquisitionDateTime", "AcquisitionDate", "StudyDate", "ContentDate")
"""Where a header may say when the picture was taken, the most exact first."""

_SQUARE_TOLERANCE = 0.01
_PLAUSIBLE_MM_PER_PX = (0.0005, 0.5)
"""A dermoscope shows 5 to 60 mm on 500 to 8,000 pixels; anything far outside is a filled-in default."""


@dataclass(frozen=True, slots=True)
class DicomFields:
    """What a header says about patient and acquisition; None where it says nothing usable."""

    person: DicomPerson
    age_years: int | None
    taken_on: date | None
    dermoscopic_type: str | None


def fields_of(dataset: FileDataset) -> DicomFields:
    """Return the fields a case can use."""
    return DicomFields(
        person=person_of(dataset),
        age_years=_age_years(dataset),
        taken_on=_taken_on(dataset),
        dermoscopic_type=_dermoscopic_type(dataset),
    )


def calibration_of(dataset: FileDataset) -> tuple[Calibration | None, tuple[str, str] | None]:
    """Return the scale from PixelSpacing (down, across; mm), or the provenance line why it is not used."""
    try:
        spacing = dataset.get("PixelSpacing")
        if not spacing:
            return None, None
        down_mm, across_mm = (float(side) for side in spacing)
    except (TypeError, ValueError):
        return None, ("scale", "the declared pixel spacing cannot be read and is not used")
    low, high = _PLAUSIBLE_MM_PER_PX
    if not (low <= down_mm <= high and low <= across_mm <= high):
        return None, ("scale", "the declared pixel spacing is implausible for dermoscopy and not used")
    if abs(down_mm - across_mm) > _SQUARE_TOLERANCE * max(down_mm, across_mm):
        return None, ("scale", "the declared pixels are not square; the pixel spacing is not used")
    return Calibration((down_mm + across_mm) / 2, "DICOM pixel spacing"), None


def _age_years(dataset: FileDataset) -> int | None:
    match = re.fullmatch(r"(\d{1,3})([YMWD])", single_value(dataset, "PatientAge").upper())
    if match is None:
        return None
    per_year = {"Y": 1, "M": 12, "W": 52, "D": 365}[match[2]]
    return min(int(match[1]) // per_year, _OLDEST_AGE)


def _taken_on(dataset: FileDataset) -> date | None:
    days = (written_day(single_value(dataset, keyword)) for keyword in _DAYS)
    return next((day for day in days if day is not None), None)


def _dermoscopic_type(dataset: FileDataset) -> str | None:
    contact = single_value(dataset, "ContactMethod").upper()
    light = single_value(dataset, "LightSourcePolarization").upper()
    return {
        ("CONTACT", "POLARIZED"): "contact polarized",
        ("CONTACT", "NON_POLARIZED"): "contact non-polarized",
        ("NON_CONTACT", "POLARIZED"): "non-contact polarized",
    }.get((contact, light))
