"""DICOM Segmentations (PS3.3, A.51): the segments of one image, and which image that is."""

from dataclasses import dataclass
from pathlib import Path

from models.contract.arrays import BoolMask

_MARK = b"DICM"
_MARK_AT = 128


@dataclass(frozen=True, eq=False)
class Segment:
    """One lesion as another program outlined it."""

    label: str
    tracking_uid: str
    """Of the lesion; "" when the file does not say."""
    mask: BoolMask
    """(H, W) bool."""


@dataclass(frozen=True)
class DicomSegmentation:
    """A segmentation of one image."""

    source_uids: frozenset[str]
    """SOP Instance UIDs of the images on which it was drawn."""
    patient_number: str
    """Patient ID, "" when there is none."""
    size_px: tuple[int, int]
    """(height, width)."""
    segments: tuple[Segment, ...]


def is_dicom(path: Path) -> bool:
    """Say whether a file begins as DICOM files do; raises OSError."""
    with path.open("rb") as stream:
        return stream.read(_MARK_AT + len(_MARK))[_MARK_AT:] == _MARK


def read_segmentation(path: Path) -> DicomSegmentation | None:
    """Return what a DICOM segmentation holds; None for any other file.

    Raises:
        UnreadableFileError: it is one and damaged, or no mask; the message is the sentence to show.
        OSError: the file cannot be read at all.
    """
    if not is_dicom(path):
        return None
    # pydicom is loaded with the first such file, not when the window opens.
    from app.importers.masks.dicom_segments import segmentation_of

    return segmentation_of(path)
