"""Tells DICOM Segmentations from other files, before the library that reads them is loaded."""

from contextlib import suppress
from pathlib import Path

from app.importers.masks.segment import DicomSegmentation

_MARK = b"DICM"
_MARK_AT = 128


def is_dicom(path: Path) -> bool:
    """Say whether a file begins as DICOM files do; one that cannot be read does not."""
    with suppress(OSError):
        # A pipe would be waited for.
        if path.is_file():
            with path.open("rb") as stream:
                return stream.read(_MARK_AT + len(_MARK))[_MARK_AT:] == _MARK
    return False


def read_segmentation(path: Path) -> DicomSegmentation | None:
    """Return what a DICOM segmentation holds; None for any other file.

    Raises:
        UnreadableFileError: it is one and damaged, or no mask; the message is the sentence to show.
    """
    if not is_dicom(path):
        return None
    # pydicom is loaded with the first such file, not when the window opens.
    from app.importers.masks.dicom_segments import segmentation_of

    return segmentation_of(path)
