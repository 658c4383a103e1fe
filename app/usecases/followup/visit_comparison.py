"""What a comparison of two visits brings: both images in one frame, growth, course and marks."""

from dataclasses import dataclass

from app.domain.case import Case
from app.domain.followup.course import CoursePoint
from app.domain.followup.growth import Growth
from app.domain.followup.marked_structure import MarkedStructure
from app.domain.followup.registration import Registration
from models.contract.arrays import BoolMask, RgbImage


@dataclass(frozen=True, slots=True)
class LaidImage:
    """The earlier image in the frame of the later one."""

    pixels: RgbImage
    """(H, W, 3), grey where the earlier image shows nothing."""
    mask: BoolMask | None
    """(H, W), the valid mask; None when there is none."""


@dataclass(frozen=True, slots=True)
class VisitComparison:
    """Two images of a lesion, side by side in the frame of the later one."""

    earlier: Case
    later: Case
    later_pixels: RgbImage
    later_mask: BoolMask | None
    laid: LaidImage
    """The earlier image as it is registered; without a registration only fitted to the later one's frame."""
    registration: Registration | None
    refusal: str
    """Why there is no registration, in a sentence; "" when there is one."""
    difference: RgbImage | None
    """(H, W, 3), where the registered images differ in lightness, drawn; None without a registration."""
    growth: Growth | None
    course: tuple[CoursePoint, ...]
    """All images of the lesion, the earliest visit first."""
    marks: tuple[MarkedStructure, ...]
    """Structures that people marked as new on the later image."""
