"""The day on which a camera took a photograph (Exif 2.32, tag 0x9003); nothing else of EXIF is read."""

from datetime import date

from PIL import Image

from app.imaging.failures import DECODER_FAILURES
from app.imaging.written_day import written_day

_EXIF_IFD = 0x8769
_DATE_TIME_ORIGINAL = 0x9003


def taken_on(exif: Image.Exif) -> date | None:
    """Return the day of DateTimeOriginal; the day of the last change or of a scan is no substitute."""
    try:
        written = exif.get_ifd(_EXIF_IFD).get(_DATE_TIME_ORIGINAL)
    except DECODER_FAILURES:
        # A damaged directory must not cost the picture.
        return None
    return written_day(written) if isinstance(written, str) else None
