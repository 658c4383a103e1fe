"""The UID of a DICOM file, without the rest of it."""

from pathlib import Path

from pydicom import dcmread

from models.contract.photographs.dicom_failures import DICOM_FAILURES
from models.contract.photographs.failures import quiet_decoders


def instance_uid(path: Path) -> str:
    """Return the SOP Instance UID of a DICOM file; "" where it has none or cannot be read."""
    try:
        with quiet_decoders():
            head = dcmread(path, stop_before_pixels=True, specific_tags=["SOPInstanceUID"])
            return str(head.get("SOPInstanceUID") or "")
    except DICOM_FAILURES:
        return ""
