"""Puts free words on cases, and takes them off again."""

from collections.abc import Sequence

from app.domain.audit import AuditKind
from app.domain.changes import Changes
from app.domain.errors import InvalidFieldError
from app.domain.ids import ImageId
from app.domain.work_list.tag import checked_tag, same_tag
from app.translation import _
from app.usecases.services import Services


def tag_cases(
    services: Services,
    image_ids: Sequence[ImageId],
    *,
    added: Sequence[str] = (),
    removed: Sequence[str] = (),
) -> Changes:
    """Put tags on cases and take others off; what a case has already, or lacks, stays as it is.

    A tag is written as it was first, whatever capital letters are typed later.

    Raises:
        InvalidFieldError: a tag is empty, too long, or both put on and taken off.
    """
    wanted, unwanted = [checked_tag(tag) for tag in added], [checked_tag(tag) for tag in removed]
    if any(same_tag(tag, other) for tag in wanted for other in unwanted):
        raise InvalidFieldError("tag", _("The same tag cannot be put on and taken off."))
    changed = set()
    with services.store.writing() as work:
        known = work.tags.tags()
        wanted = [next((tag for tag in known if same_tag(tag, new)), new) for new in wanted]
        for case in work.cases.cases(image_ids):
            image_id, tags = case.image.id, case.tags
            new = [tag for tag in wanted if not any(same_tag(tag, had) for had in tags)]
            gone = [had for had in tags if any(same_tag(had, tag) for tag in unwanted)]
            for tag, is_set in (*((tag, True) for tag in new), *((tag, False) for tag in gone)):
                work.tags.add_tag(image_id, tag, services.user, services.clock(), is_set=is_set)
                kind = AuditKind.TAG_ADDED if is_set else AuditKind.TAG_REMOVED
                work.audit.append(services.user, kind, image_id, tag)
                changed.add(image_id)
        work.cases.renew_lines(sorted(changed))
        work.commit()
    return Changes(images=frozenset(changed), case_list=bool(changed))
