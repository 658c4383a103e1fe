"""Adds, draws, names and removes lesions beside the one of interest; nothing of it moves a score."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.domain.analysis.prediction import ModelRef
from app.domain.changes import Changes
from app.domain.errors import ImplausibleMaskError, NotFoundError
from app.domain.ids import ImageId
from app.domain.other_lesions import LesionChange, next_number
from app.translation import _
from app.usecases.corrections.correct_mask import note_refiners
from app.usecases.image_arrays import check_fits
from app.usecases.lesions.lesion_change import drawn_lesion, other_of, store_change
from app.usecases.services import Services
from models.contract.arrays import BoolMask
from models.contract.imaging.mask_plausibility import MaskIssueKind, mask_issue

_DOUBTFUL = (MaskIssueKind.EMPTY, MaskIssueKind.NEARLY_FULL)
"""A lesion at the frame is no slip when it is not the one of interest."""


def lesion_of_interest(services: Services, image_id: ImageId) -> int:
    """Return the number, within the image, of the lesion whose outline is the valid mask."""
    with services.store.reading() as work:
        return work.cases.case(image_id).lesions.of_interest


def add_lesion(services: Services, image_id: ImageId) -> Changes:
    """Add a lesion to an image, not drawn yet; its number is the next one that was never given."""
    with services.store.writing() as work:
        case = work.cases.case(image_id)
        nothing = np.zeros((case.image.height_px, case.image.width_px), dtype=np.bool_)
        lesion = drawn_lesion(services, next_number(case.lesion_lists), "", nothing, is_signed=False)
        changes = store_change(services, work, case, LesionChange.ADDED, case.lesions.with_other(lesion))
        work.commit()
    return changes


def draw_lesion(
    services: Services,
    image_id: ImageId,
    number: int,
    mask: BoolMask,
    *,
    is_meant: bool = False,
    refiners: Sequence[ModelRef] = (),
) -> Changes:
    """Store a person's outline of another lesion than the one of interest; the same one is not stored again.

    ``refiners`` are the models that helped to draw it from clicks.

    Raises:
        NotFoundError: the image has no such lesion.
        ImplausibleMaskError: the mask marks nothing or nearly everything, and is not ``is_meant``.
    """
    issue = None if is_meant else mask_issue(mask)
    if issue is not None and issue.kind in _DOUBTFUL:
        raise ImplausibleMaskError(_("The boundary {reason}.").format(reason=issue.reason))
    with services.store.writing() as work:
        case = work.cases.case(image_id)
        check_fits(mask, case.image)
        before = other_of(case, number)
        lesion = drawn_lesion(services, number, before.name, mask, is_signed=True)
        if lesion.mask == before.mask and before.is_signed:
            return Changes()
        changes = store_change(services, work, case, LesionChange.DRAWN, case.lesions.with_other(lesion))
        note_refiners(work, image_id, services.user, refiners)
        work.commit()
    return changes


def name_lesion(services: Services, image_id: ImageId, number: int, name: str) -> Changes:
    """Say how a lesion of the image is called; raises NotFoundError where there is none such."""
    with services.store.writing() as work:
        case = work.cases.case(image_id)
        lesions, name = case.lesions, " ".join(name.split())
        if number == lesions.of_interest:
            named = replace(lesions, name_of_interest=name)
        else:
            named = lesions.with_other(replace(other_of(case, number), name=name))
        if named == lesions:
            return Changes()
        changes = store_change(services, work, case, LesionChange.NAMED, named)
        work.commit()
    return changes


def remove_lesion(services: Services, image_id: ImageId, number: int) -> Changes:
    """Take a lesion off the list of the image; its outlines stay stored, and it can be taken back.

    Raises:
        NotFoundError: the image has no such lesion, or it is the one of interest.
    """
    with services.store.writing() as work:
        case = work.cases.case(image_id)
        if number == case.lesions.of_interest:
            raise NotFoundError(
                _("The lesion of interest stays; make another lesion the one of interest first.")
            )
        left = case.lesions.without(other_of(case, number).number)
        changes = store_change(services, work, case, LesionChange.REMOVED, left)
        work.commit()
    return changes
