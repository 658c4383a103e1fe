"""Which boundaries a person goes through one after the other, and what is noted about them on the way."""

from app.domain.audit import AuditKind
from app.domain.case_filter import CaseFilter
from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.domain.revision import SkipReason
from app.usecases.services import Services

_SECOND_LOOK = (AuditKind.SECOND_LOOK_ASKED, AuditKind.SECOND_LOOK_WITHDRAWN)


def boundaries_to_review(
    services: Services,
    *,
    search: str = "",
    shown: CaseFilter = CaseFilter.ALL,
    order: str = "priority",
    descending: bool = False,
) -> tuple[ImageId, ...]:
    """Return the images of a work list whose boundary nobody has corrected or confirmed, in its order.

    Skipped ones are left out while there are others, or unless the list shows skipped ones only.
    """
    with services.store.reading() as work:
        listed = work.cases.listed(
            search, shown=shown, order=order, descending=descending, reckoning=services.reckoning
        )
        skipped = {case.image_id for case in work.cases.listed(shown=CaseFilter.SKIPPED)}
    found = tuple(case.image_id for case in listed if not case.is_reviewed)
    others = tuple(image_id for image_id in found if image_id not in skipped)
    return others or found


def skip_boundary(services: Services, image_id: ImageId, reason: SkipReason) -> Changes:
    """Note that a boundary is left unreviewed, and why."""
    return _noted(services, image_id, AuditKind.BOUNDARY_SKIPPED, reason)


def take_up_boundary(services: Services, image_id: ImageId) -> Changes:
    """Note that a skipped boundary is to be reviewed after all."""
    return _noted(services, image_id, AuditKind.BOUNDARY_TAKEN_UP)


def is_second_look_asked(services: Services, image_id: ImageId) -> bool:
    """Say whether somebody has asked for a second look at a boundary, and nobody has withdrawn it."""
    with services.store.reading() as work:
        acts = [event.kind for event in work.audit.events(image_id)]
    asked = [kind for kind in acts if kind in _SECOND_LOOK]
    return bool(asked) and asked[-1] is AuditKind.SECOND_LOOK_ASKED


def toggle_second_look(services: Services, image_id: ImageId) -> Changes:
    """Ask for a second look at a boundary, or withdraw that where it is asked for."""
    is_asked = is_second_look_asked(services, image_id)
    kind = AuditKind.SECOND_LOOK_WITHDRAWN if is_asked else AuditKind.SECOND_LOOK_ASKED
    return _noted(services, image_id, kind)


def _noted(services: Services, image_id: ImageId, kind: AuditKind, detail: str = "") -> Changes:
    with services.store.writing() as work:
        work.audit.append(services.user, kind, image_id, detail)
        work.commit()
    return Changes(images=frozenset({image_id}), case_list=True)
