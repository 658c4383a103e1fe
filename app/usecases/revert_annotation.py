"""Goes back to an earlier mask, without forgetting anything."""

from app.domain.case import Case
from app.domain.changes import Changes
from app.domain.errors import NotFoundError
from app.domain.ids import BlobName, ImageId, PredictionId, RevisionId
from app.usecases.correct_mask import RESET, correct_mask
from app.usecases.ports import Services
from app.usecases.stored_arrays import mask_named


def revert_annotation(
    services: Services,
    image_id: ImageId,
    revision_id: RevisionId | PredictionId,
    *,
    is_meant: bool = False,
) -> Changes:
    """Store a new revision equal to an earlier one, or to a prediction.

    Raises:
        DoubtfulMaskError: that mask is in doubt, and ``is_meant`` does not say that a person answers for it.
    """
    with services.reading() as work:
        case = work.cases.case(image_id)
    name, reason = _earlier(case, revision_id)
    return correct_mask(services, image_id, mask_named(services, name), reason=reason, is_meant=is_meant)


def _earlier(case: Case, revision_id: RevisionId | PredictionId) -> tuple[BlobName, str]:
    for revision in case.revisions:
        if revision.id == revision_id:
            return revision.mask, f"reverted to revision {revision.number}"
    for boundary in case.boundaries:
        if boundary.id == revision_id:
            return boundary.mask, RESET
    raise NotFoundError("This revision does not belong to the image.")
