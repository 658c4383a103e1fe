"""Lines of the patient tree: patients, their lesions, the visits of a lesion, and the images of a visit.

A visit of the tree is a day: images of one lesion from one day stand together, however they were imported.
"""

from dataclasses import dataclass
from datetime import date

from app.domain.analysis.lesion_score import LesionScore
from app.domain.analysis.triage import Band
from app.domain.case import CaseLine
from app.domain.ids import LesionId, PatientId, VisitId
from app.domain.lesion import Lesion


@dataclass(frozen=True, slots=True)
class PatientLine:
    """A patient with cases in the work list."""

    id: PatientId
    code: str
    name: str
    sex: str | None
    birth_year: int | None
    lesion_count: int
    image_count: int
    band: Band | None
    """The soonest under which one of the cases is listed."""


@dataclass(frozen=True, slots=True)
class ImageLine:
    """An image of the tree."""

    case: CaseLine
    visit: VisitId
    visited_on: date
    image_type: str | None
    dermoscopic_type: str | None


@dataclass(frozen=True, slots=True)
class VisitLine:
    """The images of a lesion from one day, in the order of their import."""

    lesion_id: LesionId
    visited_on: date
    images: tuple[ImageLine, ...]

    @property
    def lesion_score(self) -> LesionScore | None:
        """Return the lesion's score at this visit; None unless several of its images have one."""
        return self.images[0].case.lesion


@dataclass(frozen=True, slots=True)
class LesionLine:
    """A lesion with its visits, the earliest first."""

    lesion: Lesion
    number: int
    """Of the patient's lesions, from 1 in the order of their first images."""
    visits: tuple[VisitLine, ...]

    @property
    def images(self) -> tuple[ImageLine, ...]:
        """Return the images of all visits."""
        return tuple(image for visit in self.visits for image in visit.images)

    @property
    def newest_image(self) -> ImageLine:
        """Return the image that stands for the lesion: the last one of its newest visit."""
        return self.visits[-1].images[-1]

    @property
    def lesion_score(self) -> LesionScore | None:
        """Return the lesion's score at its newest visit; None unless several images of it have one."""
        return self.visits[-1].lesion_score

    @property
    def probability(self) -> float | None:
        """Return the score to show: the lesion's of its newest visit, else that of its only image then."""
        if (score := self.lesion_score) is not None:
            return score.probability
        images = self.visits[-1].images
        return images[0].case.probability if len(images) == 1 else None

    @property
    def band(self) -> Band | None:
        """Return the soonest band of the images of the newest visit."""
        bands = [image.case.priority.band for image in self.visits[-1].images if image.case.priority]
        return min(bands, default=None)

    @property
    def is_imported_out_of_order(self) -> bool:
        """Say whether an earlier visit came into the store after a later one."""
        imported = [max(image.case.imported_at for image in visit.images) for visit in self.visits]
        first = [min(image.case.imported_at for image in visit.images) for visit in self.visits]
        return any(one > other for one, other in zip(imported, first[1:], strict=False))
