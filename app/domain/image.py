"""A dermoscopic image as the case store knows it: where it came from and its scale, never its pixels."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.ids import BlobName, ImageId, VisitId
from app.translation import N_

DAMAGED_FILE: Final = "damaged file"
"""The stored key of the line of provenance that marks an image whose damaged file was taken all the same."""

DAMAGED_WORDS: Final = N_("Damaged file")
"""What the work list says of such an image in place of a score."""

DAMAGE_OBJECTION: Final = "Damaged file: parts of the picture are missing or wrong."
"""Why such an image gets no score, whoever asks."""


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
    image_type: str | None = None
    """What is photographed, in the words of the ISIC dictionary; None when neither file nor person says."""
    dermoscopic_type: str | None = None
    is_sample: bool = False
    """Whether it is a sample that came with the program, whatever its patient is called now."""

    @property
    def is_damaged(self) -> bool:
        """Say whether the file was damaged and a person chose to take it all the same."""
        return any(what == DAMAGED_FILE for what, _ in self.provenance)
