"""By what DICOM files may name a stored image, its lesion and its patient."""

from dataclasses import dataclass

from app.domain.dicom_uids import image_uid, lesion_uid
from app.domain.ids import BlobName, ImageId, LesionId, PatientId
from app.domain.pseudonym import pseudonym


@dataclass(frozen=True, slots=True)
class NamedImage:
    """An image of the work list with what UIDs and patient numbers are made from."""

    id: ImageId
    media_type: str
    original: BlobName
    upright: BlobName
    lesion_id: LesionId
    tracking_uid: str
    """Of the lesion; "" when no file names one."""
    patient_id: PatientId
    numbers: tuple[str, ...]
    """By which the patient is called here, and in the files of this person."""

    @property
    def image_uids(self) -> tuple[str, ...]:
        """Return the SOP Instance UIDs under which the image is exported."""
        return tuple(image_uid(self.id, self.upright, deidentified=hides) for hides in (False, True))

    @property
    def lesion_uids(self) -> tuple[str, ...]:
        """Return the Tracking UIDs of the lesion in exported files and in those it came from."""
        uids = (lesion_uid(self.lesion_id, self.tracking_uid, deidentified=hides) for hides in (False, True))
        return (*uids, lesion_uid(self.lesion_id, "", deidentified=False))

    def is_of_patient(self, number: str) -> bool:
        """Say whether a file's Patient ID is that of the patient, or the pseudonym; "" contradicts none."""
        return number in ("", *self.numbers, pseudonym("P", self.patient_id))
