"""Stores a person's version of a lesion's mask."""

from collections.abc import Iterable, Sequence
from typing import Final

from app.domain.analysis.prediction import ModelRef
from app.domain.audit import AuditKind
from app.domain.case import Case
from app.domain.changes import Changes
from app.domain.errors import ImplausibleMaskError, NotFoundError
from app.domain.ids import ImageId, RevisionId, new_id
from app.domain.revision import MaskRevision, RevisionReason
from app.imaging import png_codec
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.image_arrays import check_fits
from app.usecases.services import Services
from models.contract.arrays import BoolMask
from models.contract.imaging.mask_plausibility import MaskIssueKind, mask_issue

_KIND_BY_REASON: Final = {
    RevisionReason.CORRECTED: AuditKind.MASK_CORRECTED,
    RevisionReason.CONFIRMED: AuditKind.MASK_CONFIRMED,
    RevisionReason.RESET: AuditKind.MASK_RESET,
    RevisionReason.REVERTED: AuditKind.MASK_REVERTED,
    RevisionReason.STARTING_POINT: AuditKind.MASK_STARTED,
}

_UNSIGNED: Final = frozenset({RevisionReason.STARTING_POINT, RevisionReason.RESET})
"""With these nobody says that the mask is right."""


def correct_mask(
    services: Services,
    image_id: ImageId,
    mask: BoolMask,
    *,
    author: str | None = None,
    reason: RevisionReason = RevisionReason.CORRECTED,
    reverted_to: int | None = None,
    is_meant: bool = False,
    refiners: Sequence[ModelRef] = (),
    lesion: int | None = None,
    is_signed: bool = True,
) -> Changes:
    """Store ``mask`` as the newest revision; the prediction it corrects stays as it was.

    A mask equal to the valid one is only stored again when the reason says something new. ``is_meant`` says
    that a person has answered for an implausible mask; ``reverted_to`` is the revision it is taken from, and
    ``refiners`` are the models that helped a person to draw it from clicks. ``lesion`` is the number of the
    lesion in the image that was drawn; None takes the mask for that of the lesion of interest. Without
    ``is_signed`` nobody answers for the mask, as for a starting point that is gone back to.

    Raises:
        NotFoundError: another lesion of the image is of interest by now than the one that was drawn.
        ImplausibleMaskError: the mask marks nothing, nearly everything or the frame, and is not ``is_meant``.
    """
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    check_fits(mask, case.image)
    if not is_meant:
        _check_plausible(services, case, mask)
    name = services.store.blobs.put(png_codec.mask_png(mask))
    with services.store.writing() as work:
        case = work.cases.case(image_id)
        if lesion not in (None, case.lesions.of_interest):
            raise NotFoundError(_("Another lesion of the image was made the one of interest meanwhile."))
        if name == case.mask and _is_said(case, reason, author or services.user):
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
            reverted_to=reverted_to,
            is_signed=is_signed and reason not in _UNSIGNED,
            lesion=case.lesions.of_interest,
        )
        work.cases.add_revision(revision)
        work.audit.append(
            revision.author, _KIND_BY_REASON[reason], image_id, revision.id, reverted_to=reverted_to
        )
        note_refiners(work, image_id, revision.author, refiners)
        images = frozenset(work.cases.images_of_visit(image_id))
        work.commit()
    return Changes(images=images, case_list=True)


def note_refiners(work: UnitOfWork, image_id: ImageId, author: str, refiners: Iterable[ModelRef]) -> None:
    """Note which models helped a person to draw what is stored."""
    for model in refiners:
        reference, sha256 = f"{model.name}/{model.version}", model.weights_sha256
        work.audit.append(author, AuditKind.MASK_REFINED, image_id, reference, weights_sha256=sha256)


def _is_said(case: Case, reason: RevisionReason, author: str) -> bool:
    """Say whether a revision with the valid mask tells nothing new; signing an unsigned one does."""
    if reason is RevisionReason.CONFIRMED:
        newest = case.revision
        return newest is not None and newest.reason is reason and newest.author == author
    is_unsigned = case.revision is not None and case.revision.is_unsigned_drawing
    return reason is RevisionReason.STARTING_POINT or (reason is RevisionReason.CORRECTED and not is_unsigned)


def _check_plausible(services: Services, case: Case, mask: BoolMask) -> None:
    issue = mask_issue(mask)
    predicted = case.boundary if case.is_of_predicted_lesion else None
    if issue is not None and issue.kind is MaskIssueKind.INVERTED and predicted is not None:
        # The predicted boundary is decoded only where it can settle the question.
        issue = mask_issue(mask, services.arrays.mask(predicted.mask))
    if issue is not None:
        raise ImplausibleMaskError(_("The boundary {reason}.").format(reason=issue.reason))
