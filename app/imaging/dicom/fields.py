"""Age and acquisition fields of a DICOM header, in the words of the case store.

Nothing here is ever logged. PatientOrientation is ignored: a lesion has no agreed up.
"""

import re
from dataclasses import dataclass
from datetime import date

from pydicom.dataset import FileDataset
from pydicom.uid import UID, DermoscopicPhotographyImageStorage

from app.domain.case_fields import OLDEST_AGE_YEARS
from app.imaging.dicom.person import DicomPerson, person_of, single_value
from app.imaging.written_day import written_day

_DAYS = ("AcquisitionDateTime", "AcquisitionDate", "StudyDate", "ContentDate")
"""Where a header may say when the picture was taken, the most exact first."""


@dataclass(frozen=True, slots=True)
class DicomFields:
    """What a header says about patient and acquisition; None where it says nothing usable."""

    person: DicomPerson
    age_years: int | None
    taken_on: date | None
    dermoscopic_type: str | None
    image_type: str | None
    tracking_uid: str | None
    lesion_label: str | None


def fields_of(dataset: FileDataset) -> DicomFields:
    """Return the fields a case can use."""
    return DicomFields(
        person=person_of(dataset),
        age_years=_age_years(dataset),
        taken_on=_taken_on(dataset),
        dermoscopic_type=_dermoscopic_type(dataset),
        image_type=_image_type(dataset),
        tracking_uid=_tracking_uid(dataset),
        lesion_label=single_value(dataset, "TrackingID") or None,
    )


def _age_years(dataset: FileDataset) -> int | None:
    match = re.fullmatch(r"(\d{1,3})([YMWD])", single_value(dataset, "PatientAge").upper())
    if match is None:
        return None
    per_year = {"Y": 1, "M": 12, "W": 52, "D": 365}[match[2]]
    return min(int(match[1]) // per_year, OLDEST_AGE_YEARS)


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


def _image_type(dataset: FileDataset) -> str | None:
    is_dermoscopic = single_value(dataset, "SOPClassUID") == DermoscopicPhotographyImageStorage
    return "dermoscopic" if is_dermoscopic or _dermoscopic_type(dataset) else None


def _tracking_uid(dataset: FileDataset) -> str | None:
    """Return the UID of the lesion; None when it is none, as where a program has written a placeholder."""
    text = single_value(dataset, "TrackingUID")
    return text if text.count(".") and UID(text).is_valid else None
