"""The course of a lesion: what is known of it at each of its visits."""

from dataclasses import dataclass
from datetime import date

from app.domain.ids import ImageId


@dataclass(frozen=True, slots=True)
class CoursePoint:
    """One image of a lesion, at the date of its visit."""

    image_id: ImageId
    visited_on: date
    file_name: str
    area_mm2: float | None
    """None without a boundary or without a scale."""
    long_diameter_mm: float | None
    probability: float | None
    """The newest score that counts, in [0, 1]."""
