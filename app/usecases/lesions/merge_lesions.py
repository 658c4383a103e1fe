"""Makes two lesions of a patient one: all images come under the one that is kept."""

from dataclasses import fields, replace

from app.domain.audit import AuditKind
from app.domain.case_checks import check_site
from app.domain.errors import DomainError, InvalidFieldError
from app.domain.ids import LesionId
from app.domain.lesion import Lesion
from app.domain.moves import Filling, Move
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.lesions.filing import (
    Moved,
    carried_out,
    check_same_patient,
    merges_of,
    new_move_id,
    steps_to,
)
from app.usecases.services import Services

_NOT_FILLED = ("id", "patient_id", "tracking_uid", "merged_into")
"""What a lesion keeps for itself; files find the kept lesion by the UID of the other one, too."""

_EXACT = ("anatomic_site", "laterality")


def merge_lesions(services: Services, lesion_id: LesionId, kept_id: LesionId) -> Moved:
    """Give all images of a lesion to another one of the patient, removed cases too.

    The values of the kept lesion stay; what is known of the other one alone is added. The other one stays in
    the store without images.

    Raises:
        DomainError: the lesions are of two patients, or one and the same.
        NotFoundError: a lesion is not in the case store.
    """
    with services.store.writing() as work:
        moved = carried_out(services, work, AuditKind.LESIONS_MERGED, merge_move(work, lesion_id, kept_id))
        work.commit()
    return moved


def merge_move(work: UnitOfWork, lesion_id: LesionId, kept_id: LesionId) -> Move:
    """Return the move that makes a lesion part of another one; visits of its days are stored already."""
    lesion, kept = work.cases.lesion(lesion_id), work.cases.lesion(kept_id)
    if lesion_id == kept_id:
        raise DomainError(_("A lesion can only be merged with another one."))
    check_same_patient(work, lesion.patient_id, kept)
    steps = steps_to(work, work.cases.every_image_of(lesion_id), kept)
    if not steps:
        raise DomainError(_("The lesion has no images any more, so there is nothing to merge."))
    names = tuple(_missing(kept, lesion))
    fillings = (Filling(kept_id, lesion_id, names),) if names else ()
    return Move(new_move_id(), images=steps, merges=merges_of(work, steps, kept), fillings=fillings)


def contradicting_fields(lesion: Lesion, kept: Lesion) -> tuple[str, ...]:
    """Return the fields in which two lesions differ although both are known; the kept one's stay."""
    names = (field.name for field in fields(lesion) if field.name not in _NOT_FILLED)
    return tuple(
        name
        for name in names
        if _is_known(lesion, name) and _is_known(kept, name) and getattr(lesion, name) != getattr(kept, name)
    )


def _missing(kept: Lesion, lesion: Lesion) -> list[str]:
    names = (field.name for field in fields(lesion) if field.name not in _NOT_FILLED)
    missing = [name for name in names if _is_known(lesion, name) and not _is_known(kept, name)]
    missing = _without_sites_elsewhere(missing, kept, lesion)
    try:
        check_site(replace(kept, **{name: getattr(lesion, name) for name in missing}))
    except InvalidFieldError:
        return [name for name in missing if name not in ("site", "site_special", *_EXACT)]
    return missing


def _without_sites_elsewhere(missing: list[str], kept: Lesion, lesion: Lesion) -> list[str]:
    """Leave out an exact site and a side that were said about another site than the kept lesion has."""
    if kept.site not in (None, lesion.site):
        return [name for name in missing if name not in _EXACT]
    if kept.anatomic_site not in (None, lesion.anatomic_site):
        return [name for name in missing if name != "laterality"]
    if kept.laterality not in (None, lesion.laterality):
        return [name for name in missing if name != "anatomic_site"]
    return missing


def _is_known(lesion: Lesion, name: str) -> bool:
    return getattr(lesion, name) not in (None, "")
