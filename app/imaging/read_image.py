"""What an image file holds, as far as the reader understands it."""

from dataclasses import dataclass
from datetime import date

from app.domain.image import Calibration
from models.contract.arrays import RgbImage


@dataclass(frozen=True, slots=True)
class ReadImage:
    """A file as the image reader understood it."""

    pixels: RgbImage
    media_type: str
    calibration: Calibration | None
    provenance: tuple[tuple[str, str], ...]
    dermoscopic_type: str | None = None
    patient_code: str | None = None
    patient_name: str | None = None
    sex: str | None = None
    age_years: int | None = None
    birth_year: int | None = None
    taken_on: date | None = None
    """The day on which the file says that the picture was taken."""
    patient_issuer: str | None = None
    """Who gave the patient's number."""
    birthday: str | None = None
    """Month and day of birth, such as 05-17."""
    image_type: str | None = None
    """What is photographed, in the words of the ISIC dictionary."""
    tracking_uid: str | None = None
    """By which files of several visits name one lesion (DICOM Tracking UID)."""
    lesion_label: str | None = None
    """What the file calls the lesion (DICOM Tracking ID)."""
    remarks: tuple[str, ...] = ()
    """Sentences about the file that a person should see."""
