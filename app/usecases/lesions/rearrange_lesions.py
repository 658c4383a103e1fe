"""Changes which lesion of an image is of interest, and what belongs to it; the score follows."""

from dataclasses import dataclass

import numpy as np

from app.domain.case import Case
from app.domain.changes import Changes
from app.domain.errors import InvalidFieldError
from app.domain.ids import BlobName, ImageId
from app.domain.mask import area_px
from app.domain.other_lesions import ImageLesions, LesionChange, OtherLesion, next_number
from app.domain.revision import RevisionReason
from app.translation import _
from app.usecases.lesions.lesion_change import (
    NewMask,
    drawn_lesion,
    other_of,
    store_change,
    stored_mask,
)
from app.usecases.services import Services
from models.contract.arrays import BoolMask
from models.contract.imaging.regions import region_at


def choose_lesion_of_interest(services: Services, image_id: ImageId, number: int) -> Changes:
    """Measure and score another lesion of the image from now on; the one before stays as another lesion.

    Raises:
        NotFoundError: the image has no such other lesion.
        InvalidFieldError: it is not drawn yet, so there would be nothing to measure.
    """
    with services.store.writing() as work:
        case = work.cases.case(image_id)
        chosen, lesions = other_of(case, number), case.lesions
        if not chosen.is_drawn:
            raise InvalidFieldError("lesion", _("Draw the lesion first; then it can be the one of interest."))
        others = lesions.without(number).with_other(_former(services, case))
        changes = store_change(
            services,
            work,
            case,
            LesionChange.CHOSEN,
            ImageLesions(number, chosen.name, others.others),
            NewMask(chosen.mask, RevisionReason.OTHER_OF_INTEREST, is_signed=chosen.is_signed),
        )
        work.commit()
    return changes


def separate_region(services: Services, image_id: ImageId, *, row: int, column: int) -> Changes:
    """Make the connected region of the valid mask at a pixel a lesion of its own.

    Raises:
        InvalidFieldError: there is no region, or nothing would be left of the lesion of interest.
    """
    with services.store.writing() as work:
        case = work.cases.case(image_id)
        mask = _valid_mask(services, case)
        region = region_at(mask, row, column)
        if not region.any():
            raise InvalidFieldError("lesion", _("The boundary of the lesion of interest marks nothing here."))
        left = mask & ~region
        if not left.any():
            raise InvalidFieldError(
                "lesion", _("The boundary has one region only, so nothing can be separated.")
            )
        number = next_number(case.lesion_lists)
        is_signed = case.is_corrected
        lesion = drawn_lesion(services, number, "", region, is_signed=is_signed)
        changes = store_change(
            services,
            work,
            case,
            LesionChange.SEPARATED,
            case.lesions.with_other(lesion),
            _new_mask(case, stored_mask(services, left), RevisionReason.SEPARATED),
        )
        work.commit()
    return changes


def join_lesion(services: Services, image_id: ImageId, number: int) -> Changes:
    """Let the lesion of interest have the pixels of another lesion, which goes off the list.

    Raises:
        NotFoundError: the image has no such other lesion.
    """
    with services.store.writing() as work:
        case = work.cases.case(image_id)
        joined = _valid_mask(services, case) | services.arrays.mask(other_of(case, number).mask)
        changes = store_change(
            services,
            work,
            case,
            LesionChange.JOINED,
            case.lesions.without(number),
            _new_mask(case, stored_mask(services, joined), RevisionReason.JOINED),
        )
        work.commit()
    return changes


@dataclass(frozen=True, slots=True)
class DrawnElsewhere:
    """A lesion as another program has drawn it."""

    name: str
    mask: BoolMask
    is_of_interest: bool


def import_lesions(
    services: Services, image_id: ImageId, drawn: tuple[DrawnElsewhere, ...], *, is_signed: bool
) -> Changes:
    """Take lesions that were drawn elsewhere instead of those on the list, one of them of interest.

    Lesions that were on the list before stay stored, and the change can be taken back.
    """
    with services.store.writing() as work:
        case = work.cases.case(image_id)
        first = next_number(case.lesion_lists)
        chosen = next(one for one in drawn if one.is_of_interest)
        others = [one for one in drawn if not one.is_of_interest]
        reason = RevisionReason.CORRECTED if is_signed else RevisionReason.STARTING_POINT
        lesions = ImageLesions(
            case.lesions.of_interest,
            chosen.name,
            tuple(
                drawn_lesion(services, number, one.name, one.mask, is_signed=is_signed)
                for number, one in enumerate(others, start=first)
            ),
        )
        changes = store_change(
            services,
            work,
            case,
            LesionChange.IMPORTED,
            lesions,
            NewMask(stored_mask(services, chosen.mask), reason, is_signed=is_signed),
        )
        work.commit()
    return changes


def _former(services: Services, case: Case) -> OtherLesion:
    """The lesion of interest as another lesion; a predicted outline was signed by nobody."""
    lesions, revision = case.lesions, case.revision
    mask = _valid_mask(services, case)
    author = services.user if revision is None else revision.author
    name = case.mask or stored_mask(services, mask)
    return OtherLesion(
        lesions.of_interest, lesions.name_of_interest, name, area_px(mask), author, case.is_corrected
    )


def _new_mask(case: Case, mask: BlobName, reason: RevisionReason) -> NewMask:
    """The mask of a person's act; one that is a predicted one again says nothing that could be learned.

    Nor does one made of a starting point that nobody has signed: it stays unsigned.
    """
    is_predicted = any(boundary.mask == mask for boundary in case.boundaries)
    if is_predicted:
        return NewMask(mask, RevisionReason.RESET, is_signed=False)
    is_unsigned = case.revision is not None and case.revision.is_unsigned_drawing
    return NewMask(mask, reason, is_signed=not is_unsigned)


def _valid_mask(services: Services, case: Case) -> BoolMask:
    mask = services.arrays.valid_mask(case)
    return np.zeros((case.image.height_px, case.image.width_px), np.bool_) if mask is None else mask
