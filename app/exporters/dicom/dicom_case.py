"""A case as its DICOM objects need it: UIDs, people and moments, as identity may go out or not."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.case import Case
from app.domain.dicom_uids import image_uid, item_uid, lesion_uid
from app.domain.image import DermoscopicImage
from app.domain.pseudonym import pseudonym
from app.exporters.deidentification import CaseDisclosure, disclosed_case
from app.exporters.dicom.values import long_string, person_name
from app.usecases.exports.exporter import CaseFile

NO_MOMENT = datetime(1900, 1, 1)
"""Stands where an object must have a date, and none may go out."""

_DERMOSCOPIC = (None, "dermoscopic")


@dataclass(frozen=True)
class DicomCase:
    """A case on its way into DICOM objects."""

    file: CaseFile
    deidentified: bool

    @property
    def case(self) -> Case:
        """Return what is stored of the case."""
        return self.file.case

    @property
    def image(self) -> DermoscopicImage:
        """Return what is stored of the image."""
        return self.file.case.image

    @property
    def disclosed(self) -> CaseDisclosure:
        """Return what may be told."""
        return disclosed_case(self.case, deidentified=self.deidentified)

    @property
    def is_dermoscopic(self) -> bool:
        """Say whether the image is taken through a dermatoscope, as it is when nobody says otherwise."""
        return self.image.image_type in _DERMOSCOPIC

    @property
    def mm_per_px(self) -> float | None:
        """Return the side of a pixel in mm, None without calibration."""
        return self.image.calibration.mm_per_px if self.image.calibration else None

    @property
    def image_uid(self) -> str:
        """Return the SOP Instance UID of the image."""
        return image_uid(self.image.id, self.image.upright, deidentified=self.deidentified)

    @property
    def tracking_uid(self) -> str:
        """Return the Tracking UID of the lesion of interest, the same at all its visits."""
        lesion = self.case.lesion
        return lesion_uid(lesion.id, lesion.tracking_uid, deidentified=self.deidentified)

    @property
    def tracking_id(self) -> str:
        """Return what the lesion is called: its label where identity may go out, else its pseudonym."""
        named = "" if self.deidentified else self.case.lesion.label
        return long_string(named) or pseudonym("L", self.case.lesion.id)

    def uid(self, kind: str, *names: str) -> str:
        """Return the UID of an item of the image, made from ``names``: identifiers and hashes."""
        return item_uid(kind, self.image.id, self.image.upright, *names, deidentified=self.deidentified)

    def visit_uid(self) -> str:
        """Return the Study Instance UID: a visit is a study."""
        return item_uid("visit", self.case.visit.id, deidentified=self.deidentified)

    def moment(self, at: datetime) -> datetime:
        """Return a stored moment in local time, or the one that stands for none."""
        return NO_MOMENT if self.deidentified else at.astimezone().replace(tzinfo=None)

    def who(self, name: str) -> str:
        """Return a person of the staff as DICOM writes names, and as they may be named."""
        return person_name(self.disclosed.who(name))

    @property
    def facts(self) -> str:
        """Return everything that is stored of the case, to tell whether it has changed; never written."""
        case = self.case
        stored = (case.image, case.visit, case.lesion, case.patient, case.boundaries, case.scores)
        said = (case.revisions, case.decisions, case.outcomes, case.readings, case.lesion_lists)
        return repr((stored, said, case.is_score_withheld, case.is_score_current))
