"""What a person found new since an earlier visit, marked on the later image; append-only."""

from dataclasses import replace

from app.domain.audit import AuditKind
from app.domain.changes import Changes
from app.domain.errors import NotFoundError
from app.domain.followup.marked_structure import MarkedStructure, check_mark, standing_marks
from app.domain.ids import ImageId, MarkId, new_id
from app.translation import _
from app.usecases.followup.compare_visits import check_comparable
from app.usecases.services import Services


def marks_of(services: Services, image_id: ImageId) -> tuple[MarkedStructure, ...]:
    """Return the marks of an image that hold, while the image that it was compared with is of its lesion."""
    with services.store.reading() as work:
        lesion_id = work.cases.visit_of_image(image_id).lesion_id
        return tuple(
            mark
            for mark in standing_marks(work.marked_structures.of_image(image_id))
            if work.cases.visit_of_image(mark.compared_with).lesion_id == lesion_id
        )


def mark_structure(
    services: Services,
    image_id: ImageId,
    compared_with: ImageId,
    *,
    middle_xy: tuple[float, float],
    radii_px: tuple[float, float] = (0.0, 0.0),
    note: str = "",
) -> Changes:
    """Mark a structure of an image that an earlier one does not show; a point without radii.

    Raises:
        InvalidFieldError: it lies outside the image, the note is too long, or the images are of two lesions.
    """
    mark = MarkedStructure(
        id=MarkId(new_id()),
        image_id=image_id,
        compared_with=compared_with,
        x_px=middle_xy[0],
        y_px=middle_xy[1],
        radius_x_px=radii_px[0],
        radius_y_px=radii_px[1],
        note=note.strip(),
        author=services.user,
        created_at=services.clock(),
    )
    with services.store.writing() as work:
        case, other = work.cases.cases([image_id, compared_with])
        check_comparable(other, case)
        check_mark(mark, case.image.width_px, case.image.height_px)
        work.marked_structures.add(mark)
        work.audit.append(services.user, AuditKind.STRUCTURE_MARKED, image_id, mark.id)
        work.commit()
    return Changes(images=frozenset({image_id}))


def withdraw_mark(services: Services, image_id: ImageId, mark_id: MarkId) -> Changes:
    """Say that a mark no longer holds; it stays stored.

    Raises:
        NotFoundError: the image has no such mark that holds.
    """
    with services.store.writing() as work:
        standing = standing_marks(work.marked_structures.of_image(image_id))
        found = next((mark for mark in standing if mark.id == mark_id), None)
        if found is None:
            raise NotFoundError(_("This mark was withdrawn already."))
        withdrawal = replace(
            found,
            id=MarkId(new_id()),
            author=services.user,
            created_at=services.clock(),
            supersedes=mark_id,
            is_withdrawn=True,
        )
        work.marked_structures.add(withdrawal)
        work.audit.append(services.user, AuditKind.STRUCTURE_MARK_WITHDRAWN, image_id, mark_id)
        work.commit()
    return Changes(images=frozenset({image_id}))
