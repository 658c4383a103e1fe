"""What all objects of a case have at their heads: patient, visit and equipment (PS3.3, C.7.1 to C.7.5)."""

from datetime import datetime

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID, UID, ExplicitVRLittleEndian
from pydicom.valuerep import DA, TM

from app import __version__
from app.exporters.dicom.dicom_case import DicomCase
from app.exporters.dicom.values import long_string, person_name

MANUFACTURER = MODEL = "Naevus"
NO_SERIAL_NUMBER = "none"
"""A program has none, but the attribute may not be empty."""
CHARACTER_SET = "ISO_IR 192"

_SEXES = {"female": "F", "male": "M"}
_METHOD = "Naevus: pseudonyms, no name, number, date, free text"


def new_object(case: DicomCase, sop_class: str, sop_instance: str) -> FileDataset:
    """Return a dataset with patient, visit, equipment and its own UIDs, without pixels or a series."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(sop_class)
    meta.MediaStorageSOPInstanceUID = UID(sop_instance)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    made = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    made.SpecificCharacterSet = CHARACTER_SET
    made.SOPClassUID, made.SOPInstanceUID = sop_class, sop_instance
    _add_patient(made, case)
    _add_visit(made, case)
    made.Manufacturer, made.ManufacturerModelName = MANUFACTURER, MODEL
    made.DeviceSerialNumber, made.SoftwareVersions = NO_SERIAL_NUMBER, __version__
    made.InstanceNumber = 1
    return made


def add_series(made: Dataset, case: DicomCase, kind: str, number: int, modality: str, words: str) -> None:
    """Add a series of its own, so that an object is number 1 whatever else the visit has."""
    made.SeriesInstanceUID = case.uid("series", kind)
    made.SeriesNumber = number
    made.Modality = modality
    made.SeriesDescription = words


def content_moment(made: Dataset, at: datetime) -> None:
    """Say when the content was made."""
    made.ContentDate, made.ContentTime = DA(at.date()), TM(at.time())


def _add_patient(made: Dataset, case: DicomCase) -> None:
    patient, disclosed = case.case.patient, case.disclosed
    made.PatientID = long_string(disclosed.patient_code)
    made.PatientName = person_name(disclosed.patient_code if case.deidentified else patient.name)
    made.PatientBirthDate = ""
    made.PatientSex = _SEXES.get(patient.sex or "", "")
    if disclosed.age_years is not None:
        made.PatientAge = f"{disclosed.age_years:03d}Y"
    if case.deidentified:
        made.PatientIdentityRemoved = "YES"
        made.DeidentificationMethod = _METHOD
        made.LongitudinalTemporalInformationModified = "REMOVED"
    elif patient.issuer:
        made.IssuerOfPatientID = long_string(patient.issuer)


def _add_visit(made: Dataset, case: DicomCase) -> None:
    made.StudyInstanceUID = case.visit_uid()
    made.StudyID = ""
    made.AccessionNumber = ""
    made.ReferringPhysicianName = ""
    made.StudyDate = "" if case.deidentified else DA(case.case.visit.visited_on)
    made.StudyTime = ""
