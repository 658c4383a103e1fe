"""Files images under another lesion of their patient, under a new one, or under another visit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from app.domain.audit import AuditKind
from app.domain.case_checks import check_birth, check_visit
from app.domain.errors import DomainError
from app.domain.ids import ImageId, LesionId, VisitId, new_id
from app.domain.lesion import Lesion, Visit
from app.domain.moves import ImageStep, Move
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.lesions.filing import (
    Moved,
    carried_out,
    check_same_patient,
    fitting_visit,
    merges_of,
    new_move_id,
    patient_of_images,
    steps_to,
)
from app.usecases.services import Services


def move_images(services: Services, image_ids: Sequence[ImageId], lesion_id: LesionId) -> Moved:
    """File images under another lesion of the same patient; each keeps the day of its visit.

    A lesion that loses its last image so is that lesion from then on, also for files that come later.

    Raises:
        DomainError: the images are of another patient than the lesion, of several, or there already.
        NotFoundError: image or lesion is not in the case store.
    """
    with services.store.writing() as work:
        lesion = work.cases.lesion(lesion_id)
        check_same_patient(work, patient_of_images(work, image_ids), lesion)
        steps = steps_to(work, image_ids, lesion)
        if not steps:
            raise DomainError(_("The images are under this lesion already."))
        move = Move(new_move_id(), images=steps, merges=merges_of(work, steps, lesion))
        moved = carried_out(services, work, AuditKind.IMAGES_MOVED, move)
        work.commit()
    return moved


def split_off(services: Services, image_ids: Sequence[ImageId]) -> Moved:
    """File images under a new lesion of their patient, of which nothing is known yet.

    Raises:
        DomainError: the images are of several patients, or are all that their lesion has.
        NotFoundError: an image is not in the case store.
    """
    with services.store.writing() as work:
        lesion = Lesion(LesionId(new_id()), patient_of_images(work, image_ids))
        _check_something_stays(work, image_ids)
        work.cases.add_lesion(lesion)
        steps = steps_to(work, image_ids, lesion)
        move = Move(new_move_id(), images=steps, merges=merges_of(work, steps, lesion))
        moved = carried_out(services, work, AuditKind.LESION_SPLIT, move)
        work.commit()
    return moved


def change_visit(services: Services, image_ids: Sequence[ImageId], visited_on: date) -> Moved:
    """File images under the visit of another day of their lesions; images that are not named stay.

    Raises:
        InvalidFieldError: the day lies in the future or before the patient's year of birth.
        DomainError: the images are of several patients, or of this day already.
        NotFoundError: an image is not in the case store.
    """
    with services.store.writing() as work:
        patient = work.cases.patient(patient_of_images(work, image_ids))
        visit_by_lesion: dict[LesionId, VisitId] = {}
        steps = []
        for image_id in dict.fromkeys(image_ids):
            own = work.cases.visit_of_image(image_id)
            if own.visited_on == visited_on:
                continue
            if own.lesion_id not in visit_by_lesion:
                wanted = replace(own, id=VisitId(new_id()), visited_on=visited_on)
                check_visit(wanted, today=services.clock().astimezone().date())
                check_birth(patient, wanted)
                visit_by_lesion[own.lesion_id] = _visit_of_day(work, fitting_visit(patient, wanted))
            steps.append(ImageStep(image_id, own.id, visit_by_lesion[own.lesion_id]))
        if not steps:
            raise DomainError(_("The images are of this day already."))
        move = Move(new_move_id(), images=tuple(steps))
        moved = carried_out(services, work, AuditKind.VISIT_CHANGED, move)
        work.commit()
    return moved


def _visit_of_day(work: UnitOfWork, wanted: Visit) -> VisitId:
    """Return the lesion's stored visit of that day, else the wanted one, which is stored."""
    stored = (one for one in work.cases.visits_of(wanted.lesion_id) if one.visited_on == wanted.visited_on)
    if (visit := next(stored, None)) is not None:
        return visit.id
    work.cases.add_visit(wanted)
    return wanted.id


def _check_something_stays(work: UnitOfWork, image_ids: Sequence[ImageId]) -> None:
    """Raise DomainError when a lesion of its own is asked for images that have one for themselves."""
    lesions = {work.cases.visit_of_image(image_id).lesion_id for image_id in image_ids}
    if len(lesions) == 1 and set(image_ids).issuperset(work.cases.every_image_of(*lesions)):
        raise DomainError(_("These are all images of their lesion, so they have one of their own already."))
