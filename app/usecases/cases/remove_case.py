"""Takes a case out of the work list, and brings it back; nothing is deleted."""

from collections.abc import Sequence

from app.domain.audit import AuditKind
from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.usecases.services import Services


def remove_case(services: Services, image_id: ImageId) -> Changes:
    """Hide a case from the work list; it stays in the store."""
    with services.store.writing() as work:
        work.cases.remove_image(image_id)
        work.audit.append(services.user, AuditKind.CASE_REMOVED, image_id)
        images = frozenset(work.cases.images_of_visit(image_id))
        work.commit()
    return Changes(images=images, case_list=True)


def restore_case(services: Services, image_id: ImageId) -> Changes:
    """Bring a hidden case back into the work list."""
    return restore_cases(services, [image_id])


def restore_cases(services: Services, image_ids: Sequence[ImageId]) -> Changes:
    """Bring hidden cases back into the work list, all of them or none."""
    images: set[ImageId] = set()
    with services.store.writing() as work:
        for image_id in image_ids:
            work.cases.restore_image(image_id)
            work.audit.append(services.user, AuditKind.CASE_RESTORED, image_id)
            images.update(work.cases.images_of_visit(image_id))
        work.commit()
    return Changes(images=frozenset(images), case_list=True)
