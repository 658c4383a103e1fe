"""Goes back to an earlier mask, without forgetting anything."""

from app.domain.case import Case
from app.domain.changes import Changes
from app.domain.errors import NotFoundError
from app.domain.ids import BlobName, ImageId, PredictionId, RevisionId
from app.domain.revision import RevisionReason
from app.translation import _
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.services import Services


def revert_revision(
    services: Services,
    image_id: ImageId,
    revision_id: RevisionId | PredictionId,
    *,
    is_meant: bool = False,
) -> Changes:
    """Store a new revision equal to an earlier one, or to a prediction.

    Raises:
        ImplausibleMaskError: that mask is implausible, and is not ``is_meant``.
    """
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    name, reverted_to = _earlier(case, revision_id)
    return correct_mask(
        services,
        image_id,
        services.arrays.mask(name),
        reason=RevisionReason.RESET if reverted_to is None else RevisionReason.REVERTED,
        reverted_to=reverted_to,
        is_meant=is_meant,
    )


def _earlier(case: Case, revision_id: RevisionId | PredictionId) -> tuple[BlobName, int | None]:
    """Return an earlier mask, and the number of its revision; None for a prediction."""
    for revision in case.revisions:
        if revision.id == revision_id:
            return revision.mask, revision.number
    for boundary in case.boundaries:
        if boundary.id == revision_id:
            return boundary.mask, None
    raise NotFoundError(_("This revision does not belong to the image."))
