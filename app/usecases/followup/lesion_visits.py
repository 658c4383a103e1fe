"""The images of a lesion in the order of its visits, and what is known of it at each of them."""

from dataclasses import dataclass
from datetime import date

from app.domain.case import Case
from app.domain.followup.course import CoursePoint
from app.domain.ids import ImageId
from app.usecases.followup.lesion_size import lesion_size
from app.usecases.services import Services


@dataclass(frozen=True, slots=True)
class VisitImage:
    """An image of a lesion, to be chosen by its visit."""

    image_id: ImageId
    visited_on: date
    file_name: str


def visit_images(services: Services, image_id: ImageId) -> tuple[VisitImage, ...]:
    """Return all images of an image's lesion, itself too, by visit and import; removed cases are left out."""
    return tuple(
        VisitImage(case.image.id, case.visit.visited_on, case.image.file_name)
        for case in cases_of_lesion(services, image_id)
    )


def course_of(services: Services, cases: tuple[Case, ...]) -> tuple[CoursePoint, ...]:
    """Return what is known of a lesion at each of its images."""
    return tuple(_point(services, case) for case in cases)


def cases_of_lesion(services: Services, image_id: ImageId) -> tuple[Case, ...]:
    """Return the cases of an image's lesion, the earliest visit first."""
    with services.store.reading() as work:
        lesion_id = work.cases.case(image_id).lesion.id
        cases = work.cases.cases(work.cases.images_of(lesion_id))
    return tuple(sorted(cases, key=order_of_visit))


def order_of_visit(case: Case) -> tuple[date, object, str]:
    """Return what orders the images of a lesion: visit, then import."""
    return case.visit.visited_on, case.image.imported_at, case.image.id


def _point(services: Services, case: Case) -> CoursePoint:
    size, scale = lesion_size(services.arrays, case), case.image.calibration
    has_mm = size is not None and scale is not None
    return CoursePoint(
        image_id=case.image.id,
        visited_on=case.visit.visited_on,
        file_name=case.image.file_name,
        area_mm2=size.area_px * scale.mm_per_px**2 if has_mm and size and scale else None,
        long_diameter_mm=size.long_diameter_px * scale.mm_per_px if has_mm and size and scale else None,
        probability=case.score.probability if case.score and not case.is_score_withheld else None,
    )
