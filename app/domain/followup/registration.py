"""Two images of a lesion brought into one frame, or the reason why that does not hold."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.errors import DomainError
from app.domain.followup.image_transform import ImageTransform
from app.translation import N_, _


@dataclass(frozen=True, slots=True)
class Registration:
    """Where the points of an earlier image lie in a later one, and how well that holds."""

    transform: ImageTransform
    residual_px: float
    """How far apart the common points still lie, root mean square, in px of the later image."""
    inlier_count: int
    """Points of both images that agree on the transform."""
    correlation: float
    """Of the brightness of both images where they overlap, in [-1, 1]."""
    overlap: float
    """Share of the smaller field of view that both images show."""
    is_from_skin: bool = False
    """All common points lie beside the lesion, whose growth then changes nothing about the transform."""


class RefusalReason(StrEnum):
    """Why two images cannot be brought into one frame."""

    TOO_FEW_POINTS = "too few common points"
    SCALE = "implausible scale"
    DISTORTION = "implausible distortion"
    OVERLAP = "overlap too small"
    NOT_CONVERGED = "not converged"
    CORRELATION = "correlation too low"


_SENTENCE_BY_REASON: Final = {
    RefusalReason.TOO_FEW_POINTS: N_(
        "The two images have too few points in common to be laid on each other; they can be compared side "
        "by side."
    ),
    RefusalReason.SCALE: N_(
        "The two images could be laid on each other only at an implausible scale; they can be compared side "
        "by side."
    ),
    RefusalReason.DISTORTION: N_(
        "The two images could be laid on each other only by distorting one; they can be compared side by "
        "side."
    ),
    RefusalReason.OVERLAP: N_(
        "The two images show too little of the same skin to be laid on each other; they can be compared "
        "side by side."
    ),
    RefusalReason.NOT_CONVERGED: N_(
        "The two images could not be laid on each other exactly; they can be compared side by side."
    ),
    RefusalReason.CORRELATION: N_(
        "Laid on each other, the two images do not look alike; they can be compared side by side."
    ),
}


class RegistrationRefusedError(DomainError):
    """Two images cannot be brought into one frame."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(_(_SENTENCE_BY_REASON[reason]))
        self.reason = reason
