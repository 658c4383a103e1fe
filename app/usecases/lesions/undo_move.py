"""Takes a move back: everything is filed as it was before, and the trail keeps both."""

from app.domain.audit import AuditKind
from app.domain.errors import DomainError
from app.domain.ids import MoveId
from app.translation import _
from app.usecases.lesions.filing import Moved, carried_out, new_move_id
from app.usecases.services import Services


def undo_move(services: Services, move_id: MoveId) -> Moved:
    """File images and lesions as they were before a move; the undoing is a move that can be undone, too.

    Raises:
        NotFoundError: the trail does not know the move, as of versions that did not note it.
        DomainError: it is undone already, or something of it was moved again since.
    """
    with services.store.writing() as work:
        move = work.moves.of(move_id)
        if work.moves.is_undone(move_id):
            raise DomainError(_("This move is undone already."))
        moved = carried_out(services, work, AuditKind.MOVE_UNDONE, move.back(new_move_id()))
        work.commit()
    return moved
