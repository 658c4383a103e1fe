"""Compares two images of a lesion: laid on each other, with the growth between them."""

import numpy as np

from app.domain.case import Case
from app.domain.errors import InvalidFieldError
from app.domain.followup.growth import Growth, growth
from app.domain.followup.image_transform import ImageTransform
from app.domain.followup.marked_structure import standing_marks
from app.domain.followup.registration import Registration, RegistrationRefusedError
from app.domain.ids import ImageId
from app.imaging.registration.register import register
from app.imaging.registration.warped import shown_area, warped_image, warped_mask
from app.translation import _
from app.usecases.cancellation import CancelToken, stop_if_cancelled
from app.usecases.followup.colour_difference import (
    colours_made_alike,
    drawn_difference,
    lightness_difference,
)
from app.usecases.followup.lesion_size import lesion_size
from app.usecases.followup.lesion_visits import cases_of_lesion, course_of, order_of_visit
from app.usecases.followup.visit_comparison import LaidImage, VisitComparison
from app.usecases.services import Services
from models.contract.arrays import BoolMask, RgbImage


def compare_visits(
    services: Services, image_id: ImageId, other_id: ImageId, token: CancelToken
) -> VisitComparison:
    """Compare two images of one lesion; the one of the earlier visit is laid on the other.

    Raises:
        InvalidFieldError: the images are of different patients or lesions, or the same image.
        CancelledError: the person asked to stop.
    """
    with services.store.reading() as work:
        earlier, later = sorted(work.cases.cases([image_id, other_id]), key=order_of_visit)
        marks = standing_marks(work.marked_structures.of_image(later.image.id))
    check_comparable(earlier, later)
    arrays = services.arrays
    first, second = arrays.pixels(earlier.image), arrays.pixels(later.image)
    first_mask, second_mask = arrays.valid_mask(earlier), arrays.valid_mask(later)
    registration, refusal = _registered(first, second, (first_mask, second_mask), token)
    stop_if_cancelled(token)
    transform = _fitted(first.shape, second.shape) if registration is None else registration.transform
    laid = _laid(first, first_mask, transform, second.shape[:2])
    stop_if_cancelled(token)
    difference = None
    if registration is not None:
        shown = shown_area(first.shape[:2], transform, second.shape[:2])
        difference = _difference(laid, second, second_mask, shown, registration.residual_px)
    stop_if_cancelled(token)
    return VisitComparison(
        earlier=earlier,
        later=later,
        later_pixels=second,
        later_mask=second_mask,
        laid=laid,
        registration=registration,
        refusal=refusal,
        difference=difference,
        growth=growth_between(services, earlier, later, registration),
        course=course_of(services, cases_of_lesion(services, later.image.id)),
        marks=marks,
    )


def compare_with_visit_before(services: Services, case: Case, token: CancelToken) -> VisitComparison | None:
    """Compare a case with the newest image of its lesion from an earlier day; None when there is none."""
    before = [
        each
        for each in cases_of_lesion(services, case.image.id)
        if each.visit.visited_on < case.visit.visited_on
    ]
    return compare_visits(services, case.image.id, before[-1].image.id, token) if before else None


def check_comparable(earlier: Case, later: Case) -> None:
    """Raise InvalidFieldError unless two cases are different images of one lesion."""
    if earlier.image.id == later.image.id:
        raise InvalidFieldError("image", _("An image cannot be compared with itself; choose another visit."))
    if earlier.patient.id != later.patient.id:
        raise InvalidFieldError(
            "image", _("The two images are of different patients, so they are not compared.")
        )
    if earlier.lesion.id != later.lesion.id:
        raise InvalidFieldError(
            "image", _("The two images are of different lesions, so they are not compared.")
        )


def growth_between(
    services: Services, earlier: Case, later: Case, registration: Registration | None
) -> Growth | None:
    """Return the growth from one case to a later one of its lesion; None when it cannot be told."""
    first, second = lesion_size(services.arrays, earlier), lesion_size(services.arrays, later)
    if first is None or second is None:
        return None
    return growth(
        first,
        second,
        registered_scale=None if registration is None else registration.transform.scale,
        residual_px=0.0 if registration is None else registration.residual_px,
    )


def _registered(
    earlier: RgbImage,
    later: RgbImage,
    lesions: tuple[BoolMask | None, BoolMask | None],
    token: CancelToken,
) -> tuple[Registration | None, str]:
    try:
        found = register(earlier, later, lesions=lesions, stop_if_unwanted=lambda: stop_if_cancelled(token))
    except RegistrationRefusedError as error:
        return None, str(error)
    return found, ""


def _laid(
    pixels: RgbImage, mask: BoolMask | None, transform: ImageTransform, frame: tuple[int, int]
) -> LaidImage:
    laid_mask = None if mask is None else warped_mask(mask, transform, frame)
    return LaidImage(warped_image(pixels, transform, frame), laid_mask)


def _difference(
    laid: LaidImage, later: RgbImage, later_mask: BoolMask | None, shown: BoolMask, residual_px: float
) -> RgbImage:
    skin = shown.copy()
    for mask in (laid.mask, later_mask):
        if mask is not None:
            skin &= ~mask
    alike = colours_made_alike(laid.pixels, later, skin)
    return drawn_difference(lightness_difference(alike, later, shown, residual_px), later, shown)


def _fitted(earlier_shape: tuple[int, ...], later_shape: tuple[int, ...]) -> ImageTransform:
    """The whole earlier image in the middle of the later one's frame: no registration, only the same size."""
    scale = min(later_shape[0] / earlier_shape[0], later_shape[1] / earlier_shape[1])
    margin_x, margin_y = (np.array(later_shape[1::-1]) - scale * np.array(earlier_shape[1::-1])) / 2
    return ImageTransform(xx=scale, yy=scale, x_px=float(margin_x), y_px=float(margin_y))
