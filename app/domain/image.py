"""A dermoscopic image as the case store knows it: where it came from and its scale, never its pixels."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import BlobName, ImageId, VisitId


@dataclass(frozen=True, slots=True)
class Calibration:
    """The scale of an image and where it is from."""

    mm_per_px: float
    source: str
    """'DICOM pixel spacing', 'entered by hand' or 'measured on a ruler'."""


@dataclass(frozen=True, slots=True)
class DermoscopicImage:
    """One imported image; ``original`` is the untouched file, ``upright`` its sRGB pixels as PNG."""

    id: ImageId
    visit_id: VisitId
    file_name: str
    media_type: str
    original: BlobName
    upright: BlobName
    """PNG, RGB uint8, EXIF orientation and colour profile applied; what every mask refers to."""
    width_px: int
    height_px: int
    imported_at: datetime
    imported_by: str
    calibration: Calibration | None = None
    provenance: tuple[tuple[str, str], ...] = ()
    """What was done at import, in order, for example ('orientation', 'rotated by 90 degrees')."""
    dermoscopic_type: str | None = None
