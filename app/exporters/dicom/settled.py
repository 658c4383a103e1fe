"""The bytes of an object: the same at every export, with no moment or UID that was made by chance."""

from datetime import datetime
from io import BytesIO

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID, UID
from pydicom.valuerep import DA, DT, TM

from app.exporters.dicom.dicom_case import DicomCase

_OF_THE_VISIT = {"StudyDate", "StudyTime", "PatientBirthDate"}
_MADE_BY_CHANCE = {"DimensionOrganizationUID", "FrameOfReferenceUID", "ObservationUID"}


def settled(made: Dataset, case: DicomCase, at: datetime) -> bytes:
    """Return the bytes of an object whose content is from ``at``.

    highdicom notes the present moment in many places and makes UIDs of its own; both would tell when a
    de-identified object was made, and make the same content another file at every export.
    """

    def settle(_owner: Dataset, element: DataElement) -> None:
        if element.keyword in _OF_THE_VISIT or element.is_empty:
            return
        match element.VR:
            case "DA":
                element.value = DA(at.date())
            case "TM":
                element.value = TM(at.time())
            case "DT":
                element.value = DT(at)
            case "UI" if element.keyword in _MADE_BY_CHANCE:
                element.value = UID(case.uid(element.keyword, made.SOPInstanceUID))

    made.walk(settle)
    return encoded(made)


def encoded(made: Dataset) -> bytes:
    """Return an object as a file."""
    made.file_meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    made.file_meta.ImplementationVersionName = "NAEVUS"
    content = BytesIO()
    made.save_as(content, enforce_file_format=True)
    return content.getvalue()
