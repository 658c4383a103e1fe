"""Goes back to an earlier mask, without forgetting anything."""

from dataclasses import dataclass

from app.domain.case import Case
from app.domain.changes import Changes
from app.domain.errors import InvalidFieldError, NotFoundError
from app.domain.ids import BlobName, ImageId, PredictionId, RevisionId
from app.domain.other_lesions import FIRST_LESION
from app.domain.revision import RevisionReason
from app.translation import N_, _
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.services import Services

_OTHER_LESION = N_(
    "That boundary is of lesion {lesion} of the image; make that lesion the one of interest first."
)


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
        InvalidFieldError: it outlines another lesion of the image than the one of interest.
    """
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    earlier = earlier_mask(case, revision_id)
    if earlier.lesion != case.lesions.of_interest:
        raise InvalidFieldError("mask", _(_OTHER_LESION).format(lesion=earlier.lesion))
    return correct_mask(
        services,
        image_id,
        services.arrays.mask(earlier.mask),
        reason=earlier.reason,
        reverted_to=earlier.reverted_to,
        is_meant=is_meant,
        is_signed=earlier.is_signed,
    )


@dataclass(frozen=True, slots=True)
class EarlierMask:
    """A mask that a case had, and how going back to it is called."""

    mask: BlobName
    lesion: int
    """Number of the lesion in the image that it outlines."""
    reverted_to: int | None
    """Number of its revision; None for a prediction."""
    is_signed: bool
    """False for a starting point and for a prediction: going back to it does not say that it is right."""

    @property
    def reason(self) -> RevisionReason:
        """Return why there is a revision with this mask again."""
        return RevisionReason.RESET if self.reverted_to is None else RevisionReason.REVERTED


def earlier_mask(case: Case, revision_id: RevisionId | PredictionId) -> EarlierMask:
    """Return the mask of a revision or prediction; raises NotFoundError where the case has none such."""
    for revision in case.revisions:
        if revision.id == revision_id:
            is_predicted = revision.reason is RevisionReason.RESET
            number = None if is_predicted else revision.number
            return EarlierMask(revision.mask, revision.lesion, number, revision.is_persons_word)
    for boundary in case.boundaries:
        if boundary.id == revision_id:
            return EarlierMask(boundary.mask, FIRST_LESION, None, is_signed=False)
    raise NotFoundError(_("This revision does not belong to the image."))
