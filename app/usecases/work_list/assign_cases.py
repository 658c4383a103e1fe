"""Says who is to decide cases."""

from collections.abc import Sequence

from app.domain.audit import AuditKind
from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.domain.work_list.tag import checked_person
from app.storage.unit_of_work import UnitOfWork
from app.usecases.services import Services


def known_people(services: Services, work: UnitOfWork) -> tuple[str, ...]:
    """Return whom cases can be assigned to by name: who works or was named in this case store."""
    return tuple(sorted({*work.tags.people(), services.user} - {""}))


def assign_cases(services: Services, image_ids: Sequence[ImageId], person: str) -> Changes:
    """Assign cases to a person, or to nobody; cases that are assigned so already stay as they are.

    Raises:
        InvalidFieldError: the name cannot be kept.
    """
    name = checked_person(person)
    kind = AuditKind.CASE_ASSIGNED if name else AuditKind.ASSIGNMENT_ENDED
    with services.store.writing() as work:
        changed = [case.image.id for case in work.cases.cases(image_ids) if case.assigned_to != name]
        for image_id in changed:
            work.tags.assign(image_id, name, services.user, services.clock())
            work.audit.append(services.user, kind, image_id, name)
        work.cases.renew_lines(changed)
        work.commit()
    return Changes(images=frozenset(changed), case_list=bool(changed))
