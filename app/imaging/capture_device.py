"""Which camera took an image, by EXIF (Exif 2.32: Make, Model, LensModel) or the DICOM header.

Serial numbers and names of owners are not read.
"""

from io import BytesIO
from typing import Final

from PIL import Image

from app.domain.device_profile import CaptureDevice
from app.domain.errors import UnreadableFileError
from app.imaging.file_kind import DICOM, kind_of
from models.contract.photographs.failures import DECODER_FAILURES, quiet_decoders

_MAKE, _MODEL, _EXIF_DIRECTORY, _LENS_MODEL = 0x010F, 0x0110, 0x8769, 0xA434
_LONGEST: Final = 80
_UNKNOWN: Final = CaptureDevice()


def capture_device(content: bytes) -> CaptureDevice:
    """Return what took an image file; an unknown device where it does not tell or is damaged."""
    try:
        with quiet_decoders():
            return _of_dicom(content) if kind_of(content) is DICOM else _of_photograph(content)
    except UnreadableFileError:
        return _UNKNOWN
    except DECODER_FAILURES:
        return _UNKNOWN


def _of_photograph(content: bytes) -> CaptureDevice:
    with Image.open(BytesIO(content)) as picture:
        exif = picture.getexif()
        return CaptureDevice(
            _line(exif.get(_MAKE)),
            _line(exif.get(_MODEL)),
            _line(exif.get_ifd(_EXIF_DIRECTORY).get(_LENS_MODEL)),
        )


def _of_dicom(content: bytes) -> CaptureDevice:
    # pydicom takes a third of a second to import: with the first such file, not at the start.
    from app.imaging.dicom.device import device_of_dicom

    return device_of_dicom(content)


def _line(value: object) -> str:
    """Return a text of EXIF without the zero bytes and spaces that cameras fill it up with."""
    return " ".join(value.replace("\0", " ").split())[:_LONGEST] if isinstance(value, str) else ""
