"""Stores a person's version of a lesion's mask."""

from app.domain.annotation import MaskRevision
from app.domain.case import Case
from app.domain.changes import Changes
from app.domain.errors import DoubtfulMaskError
from app.domain.ids import ImageId, RevisionId, new_id
from app.usecases.ports import Services
from app.usecases.stored_arrays import check_fits, mask_named
from models.contract.arrays import BoolMask
from models.contract.mask_doubt import Doubt, doubt_about

CORRECTED = "corrected"
RESET = "reset to prediction"
CONFIRMED = "confirmed"


def correct_mask(
    services: Services,
    image_id: ImageId,
    mask: BoolMask,
    *,
    author: str | None = None,
    reason: str = CORRECTED,
    is_meant: bool = False,
) -> Changes:
    """Store ``mask`` as the newest revision; the prediction it corrects stays as it was.

    A mask equal to the valid one is only stored again when the reason says something new. ``is_meant`` says
    that a person has answered for a mask in doubt.

    Raises:
        DoubtfulMaskError: the mask marks nothing, nearly everything or the frame, and is not ``is_meant``.
    """
    with services.reading() as work:
        case = work.cases.case(image_id)
    check_fits(mask, case.image)
    if not is_meant:
        _check_plausible(services, case, mask)
    name = services.blobs.put(services.images.mask_png(mask))
    with services.unit_of_work() as work:
        case = work.cases.case(image_id)
        if name == case.mask and reason == CORRECTED:
            return Changes()
        revision = MaskRevision(
            id=RevisionId(new_id()),
            image_id=image_id,
            number=case.revision.number + 1 if case.revision else 1,
            mask=name,
            supersedes=case.mask_source,
            author=author or services.user,
            created_at=services.clock(),
            reason=reason,
        )
        work.cases.add_revision(revision)
        work.audit.append(revision.author, f"mask {reason}", image_id, revision.id)
        work.commit()
    return Changes(images=frozenset({image_id}), case_list=True)


def _check_plausible(services: Services, case: Case, mask: BoolMask) -> None:
    doubt = doubt_about(mask)
    if doubt is not None and doubt.kind is Doubt.INVERTED and case.boundary is not None:
        # The predicted boundary is decoded only where it can settle the doubt.
        doubt = doubt_about(mask, mask_named(services, case.boundary.mask))
    if doubt is not None:
        raise DoubtfulMaskError(f"The boundary {doubt.reason}.")
