"""Says what an image shows: dermoscopic with which dermoscope, or clinical."""

from collections.abc import Sequence

from app.domain.audit import AuditKind
from app.domain.case_checks import check_image_kind
from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.usecases.services import Services

_NOT_KNOWN = "not known"


def set_image_kind(
    services: Services, image_ids: Sequence[ImageId], image_type: str | None, dermoscopic_type: str | None
) -> Changes:
    """Store the kind of images, in the words of the ISIC dictionary (None: not known).

    Raises:
        InvalidFieldError: the words are not permitted, or do not go together.
        NotFoundError: an image is not in the case store.
    """
    check_image_kind(image_type, dermoscopic_type, services.vocabulary)
    detail = ", ".join(filter(None, (image_type, dermoscopic_type))) or _NOT_KNOWN
    with services.store.writing() as work:
        for image_id in image_ids:
            work.cases.set_image_kind(image_id, image_type, dermoscopic_type)
            work.audit.append(services.user, AuditKind.IMAGE_KIND_SET, image_id, detail)
        work.commit()
    return Changes(images=frozenset(image_ids), case_list=True)
