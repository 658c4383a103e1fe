"""Patient and acquisition fields of a DICOM header, in the words of the case store.

Nothing here is ever logged. PatientOrientation is ignored: a lesion has no agreed up.
"""

import re
from dataclasses import dataclass
from datetime import date

from pydicom.dataset import FileDataset
from pydicom.valuerep import PersonName

from app.imaging.written_day import written_day

_SEX = {"M": "male", "F": "female"}
_OLDEST_AGE = 85
"""The ISIC dictionary clamps ages to 85."""

_DAYS = ("AcquisitionDateTime", "AcquisitionDate", "StudyDate", "ContentDate")
"""Where a header may say when the picture was taken, the most exact first."""


@dataclass(frozen=True, slots=True)
class DicomFields:
    """What a header says about patient and acquisition; None where it says nothing usable."""

    patient_code: str | None
    patient_name: str | None
    sex: str | None
    age_years: int | None
    birth_year: int | None
    taken_on: date | None
    dermoscopic_type: str | None


def fields_of(dataset: FileDataset) -> DicomFields:
    """Return the fields a case can use."""
    return DicomFields(
        patient_code=_text(dataset, "PatientID"),
        patient_name=_name(dataset),
        sex=_SEX.get((_text(dataset, "PatientSex") or "").upper()),
        age_years=_age_years(dataset),
        birth_year=_birth_year(dataset),
        taken_on=_taken_on(dataset),
        dermoscopic_type=_dermoscopic_type(dataset),
    )


def _text(dataset: FileDataset, keyword: str) -> str | None:
    return str(dataset.get(keyword) or "").replace("\x00", "").strip() or None


def _name(dataset: FileDataset) -> str | None:
    name = dataset.get("PatientName")
    if not isinstance(name, PersonName):
        return None
    return name.family_comma_given().replace("\x00", "").strip(", ") or None


def _age_years(dataset: FileDataset) -> int | None:
    match = re.fullmatch(r"(\d{1,3})([YMWD])", (_text(dataset, "PatientAge") or "").upper())
    if match is None:
        return None
    per_year = {"Y": 1, "M": 12, "W": 52, "D": 365}[match[2]]
    return min(int(match[1]) // per_year, _OLDEST_AGE)


def _birth_year(dataset: FileDataset) -> int | None:
    """Return the year alone: the day of birth is more than a case needs."""
    match = re.match(r"[0-9]{4}", _text(dataset, "PatientBirthDate") or "")
    return int(match[0]) if match is not None else None


def _taken_on(dataset: FileDataset) -> date | None:
    days = (written_day(_text(dataset, keyword) or "") for keyword in _DAYS)
    return next((day for day in days if day is not None), None)


def _dermoscopic_type(dataset: FileDataset) -> str | None:
    contact = (_text(dataset, "ContactMethod") or "").upper()
    light = (_text(dataset, "LightSourcePolarization") or "").upper()
    return {
        ("CONTACT", "POLARIZED"): "contact polarized",
        ("CONTACT", "NON_POLARIZED"): "contact non-polarized",
        ("NON_CONTACT", "POLARIZED"): "non-contact polarized",
    }.get((contact, light))
