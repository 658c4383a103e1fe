"""What the moves in the trail of a case did to it, with the places as they are called now."""

from collections.abc import Iterable, Mapping

from app.domain.audit import MOVES, AuditEvent
from app.domain.case import Case
from app.domain.errors import NotFoundError
from app.domain.ids import LesionId, MoveId, PatientId, VisitId, is_id
from app.domain.moves import DescribedMove, Move, Place
from app.storage.unit_of_work import UnitOfWork


def described_moves(
    work: UnitOfWork, case: Case, trail: Iterable[AuditEvent]
) -> Mapping[MoveId, DescribedMove]:
    """Return what moves did to a case; acts of versions that did not note the places are left out."""
    named = dict.fromkeys(MoveId(act.detail) for act in trail if act.kind in MOVES and is_id(act.detail))
    found = {move_id: _described(work, case, move_id) for move_id in named}
    return {move_id: move for move_id, move in found.items() if move is not None}


def _described(work: UnitOfWork, case: Case, move_id: MoveId) -> DescribedMove | None:
    try:
        move = work.moves.of(move_id)
    except NotFoundError:
        return None
    places = _places(work, case, move)
    return None if places is None else DescribedMove(*places, is_undone=work.moves.is_undone(move_id))


def _places(work: UnitOfWork, case: Case, move: Move) -> tuple[Place, Place] | None:
    for image in move.images:
        if image.image == case.image.id:
            return _place_of_visit(work, image.before), _place_of_visit(work, image.after)
    for lesion in move.lesions:
        if lesion.lesion == case.lesion.id:
            return (
                _place_of_lesion(work, lesion.lesion, lesion.before),
                _place_of_lesion(work, lesion.lesion, lesion.after),
            )
    return None


def _place_of_visit(work: UnitOfWork, visit_id: VisitId) -> Place:
    visit = work.cases.visit(visit_id)
    lesion = work.cases.lesion(visit.lesion_id)
    return Place(work.cases.patient(lesion.patient_id).code, lesion, visit.visited_on)


def _place_of_lesion(work: UnitOfWork, lesion_id: LesionId, patient_id: PatientId) -> Place:
    return Place(work.cases.patient(patient_id).code, work.cases.lesion(lesion_id))
