"""Takes the newest change of the lesions of an image back, without forgetting anything."""

from app.domain.case import Case
from app.domain.changes import Changes
from app.domain.errors import InvalidFieldError, NotFoundError
from app.domain.ids import ImageId, LesionListId
from app.domain.other_lesions import ImageLesions, LesionChange
from app.translation import _
from app.usecases.corrections.revert_revision import earlier_mask
from app.usecases.lesions.lesion_change import NewMask, store_change
from app.usecases.services import Services


def take_back_lesions(services: Services, image_id: ImageId, list_id: LesionListId) -> Changes:
    """Store the lesions, and the valid mask, as they were before a list; taking that back redoes the change.

    Raises:
        NotFoundError: the lesions were changed again since that list.
        InvalidFieldError: the boundary of the lesion of interest was changed since.
    """
    with services.store.writing() as work:
        case = work.cases.case(image_id)
        if not case.lesion_lists or case.lesion_lists[-1].id != list_id:
            raise NotFoundError(_("The lesions of the image were changed again since, so this stays."))
        before = case.lesion_lists[-2].lesions if len(case.lesion_lists) > 1 else ImageLesions()
        changes = store_change(services, work, case, LesionChange.TAKEN_BACK, before, _mask_before(case))
        work.commit()
    return changes


def _mask_before(case: Case) -> NewMask | None:
    """The mask that the newest act on the lesions has replaced; None when it left the mask alone."""
    revision_id, newest = case.lesion_lists[-1].mask_revision, case.revision
    if revision_id is None:
        return None
    if newest is None or newest.id != revision_id:
        raise InvalidFieldError(
            "mask", _("The boundary was changed since; its history has every earlier version.")
        )
    if newest.supersedes is None:
        raise InvalidFieldError("mask", _("There was no boundary before, so there is none to go back to."))
    earlier = earlier_mask(case, newest.supersedes)
    return NewMask(earlier.mask, earlier.reason, earlier.is_signed, earlier.reverted_to)
