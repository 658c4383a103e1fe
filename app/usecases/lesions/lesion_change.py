"""One act on the lesions of an image, stored as a whole: list, valid mask where it changes, event."""

from dataclasses import dataclass

from app.domain.case import Case
from app.domain.changes import Changes
from app.domain.errors import NotFoundError
from app.domain.ids import BlobName, LesionListId, RevisionId, new_id
from app.domain.mask import area_px
from app.domain.other_lesions import KIND_BY_CHANGE, ImageLesions, LesionChange, LesionList, OtherLesion
from app.domain.revision import MaskRevision, RevisionReason
from app.imaging import png_codec
from app.storage.unit_of_work import UnitOfWork
from app.translation import N_, _
from app.usecases.services import Services
from models.contract.arrays import BoolMask

_NO_SUCH_LESION = N_("The image has no other lesion of this number any more.")


@dataclass(frozen=True, slots=True)
class NewMask:
    """The valid mask that an act on the lesions brings with it."""

    mask: BlobName
    reason: RevisionReason
    is_signed: bool = True
    reverted_to: int | None = None


def store_change(
    services: Services,
    work: UnitOfWork,
    case: Case,
    change: LesionChange,
    lesions: ImageLesions,
    mask: NewMask | None = None,
) -> Changes:
    """Append the lesions of an image as a person has them now, with one event; the caller commits."""
    image_id, now = case.image.id, services.clock()
    revision = None if mask is None else _revision(services, case, mask, lesions.of_interest)
    if revision is not None:
        work.cases.add_revision(revision)
    found = LesionList(
        id=LesionListId(new_id()),
        image_id=image_id,
        revision=case.lesion_lists[-1].revision + 1 if case.lesion_lists else 1,
        lesions=lesions,
        mask_revision=None if revision is None else revision.id,
        change=change,
        author=services.user,
        created_at=now,
    )
    work.cases.add_lesion_list(found)
    work.audit.append(services.user, KIND_BY_CHANGE[change], image_id, found.id)
    if revision is None:
        return Changes(images=frozenset({image_id}))
    return Changes(images=frozenset(work.cases.images_of_visit(image_id)), case_list=True)


def _revision(services: Services, case: Case, new: NewMask, lesion: int) -> MaskRevision:
    return MaskRevision(
        id=RevisionId(new_id()),
        image_id=case.image.id,
        number=case.revision.number + 1 if case.revision else 1,
        mask=new.mask,
        supersedes=case.mask_source,
        author=services.user,
        created_at=services.clock(),
        reason=new.reason,
        is_signed=new.is_signed,
        reverted_to=new.reverted_to,
        lesion=lesion,
    )


def stored_mask(services: Services, mask: BoolMask) -> BlobName:
    """Keep a mask (H, W) bool among the stored files and return its name."""
    return services.store.blobs.put(png_codec.mask_png(mask))


def drawn_lesion(
    services: Services, number: int, name: str, mask: BoolMask, *, is_signed: bool
) -> OtherLesion:
    """Keep a mask (H, W) bool and return it as another lesion, drawn by who is at the workstation."""
    return OtherLesion(number, name, stored_mask(services, mask), area_px(mask), services.user, is_signed)


def other_of(case: Case, number: int) -> OtherLesion:
    """Return another lesion than the one of interest; raises NotFoundError where there is none such."""
    found = case.lesions.other(number)
    if found is None:
        raise NotFoundError(_(_NO_SUCH_LESION))
    return found
