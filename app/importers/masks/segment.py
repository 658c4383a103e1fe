"""DICOM Segmentations (PS3.3, A.51): the segments of one image, and which image that is."""

from dataclasses import dataclass

from models.contract.arrays import BoolMask


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
