"""The maker and model of the device that wrote a DICOM file."""

from io import BytesIO

from pydicom import dcmread

from app.domain.device_profile import CaptureDevice
from app.imaging.dicom.person import single_value
from app.imaging.dicom.reader import is_deflated
from models.contract.photographs.dicom_failures import DICOM_FAILURES

_KEYWORDS = ("Manufacturer", "ManufacturerModelName")


def device_of_dicom(content: bytes) -> CaptureDevice:
    """Return Manufacturer and Manufacturer's Model Name; unknown for a file that is deflated or damaged."""
    if is_deflated(content):
        return CaptureDevice()
    try:
        dataset = dcmread(BytesIO(content), stop_before_pixels=True)
        return CaptureDevice(*(single_value(dataset, keyword)[:80] for keyword in _KEYWORDS))
    except DICOM_FAILURES:
        return CaptureDevice()
