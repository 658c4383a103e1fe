"""What the reader needs of EXIF (Exif 2.32): orientation, colour space and day; nothing else is read.

An orientation in XMP alone is not applied: editors turn the pixels and leave it behind, and viewers and
training programs do not look at it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from models.contract.photographs.failures import DECODER_FAILURES

_ORIENTATION = 0x0112
_EXIF_DIRECTORY = 0x8769
_INTEROPERABILITY_DIRECTORY = 0xA005
_COLOUR_SPACE = 0xA001
_INTEROPERABILITY_INDEX = 0x0001
_DATE_TIME_ORIGINAL = 0x9003
_ADOBE_RGB = 2
_UNCALIBRATED = 65_535
_XMP_KEYS = ("xmp", "XML:com.adobe.xmp")


@dataclass(frozen=True, slots=True)
class CameraFields:
    """How a camera held and coloured a photograph, and when, as it wrote it."""

    orientation: int = 1
    """1 to 8 as in EXIF; other values say nothing."""
    is_adobe_rgb: bool = False
    """Whether EXIF declares Adobe RGB, as cameras do that write no ICC profile (DCF 2.0)."""
    date_time_original: str | None = None


def camera_fields(picture: Image.Image) -> CameraFields:
    """Return the fields of an opened picture; a damaged directory does not cost the picture."""
    for key in _XMP_KEYS:
        # Pillow would take the orientation from there.
        picture.info.pop(key, None)
    try:
        exif = picture.getexif()
    except DECODER_FAILURES:
        return CameraFields()
    directory = _directory(exif, _EXIF_DIRECTORY)
    index = _directory(exif, _INTEROPERABILITY_DIRECTORY).get(_INTEROPERABILITY_INDEX)
    written = directory.get(_DATE_TIME_ORIGINAL)
    return CameraFields(
        orientation=whole_number(exif.get(_ORIENTATION), default=1),
        is_adobe_rgb=declares_adobe_rgb(directory.get(_COLOUR_SPACE), index),
        date_time_original=written if isinstance(written, str) else None,
    )


def declares_adobe_rgb(colour_space: object, interoperability_index: object) -> bool:
    """Say whether the values of ColorSpace and InteroperabilityIndex mean Adobe RGB.

    2 is an unofficial value that some cameras write; the official way is "uncalibrated" together with R03.
    """
    space = whole_number(colour_space, default=0)
    index = interoperability_index
    words = index.decode("ascii", "replace") if isinstance(index, bytes) else str(index)
    return space == _ADOBE_RGB or (space == _UNCALIBRATED and words.strip("\x00 ") == "R03")


def whole_number(value: object, *, default: int) -> int:
    """Return a tag's number, also where a writer chose another type than the standard's, as BYTE or text."""
    if isinstance(value, (bytes, tuple, list)):
        value = value[0] if len(value) else None
    if isinstance(value, str) and value.strip("\x00 ").isdecimal():
        return int(value.strip("\x00 "))
    return value if isinstance(value, int) else default


def _directory(exif: Image.Exif, tag: int) -> Mapping[int, object]:
    try:
        return exif.get_ifd(tag)
    except DECODER_FAILURES:
        return {}
