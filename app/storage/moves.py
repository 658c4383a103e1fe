"""Moves as the audit trail keeps them.

The first event about a move holds all of it as JSON, with identifiers alone; an event about each image or
lesion names it. A move that is undone has a further event, which names the move that did so.
"""

import json
from dataclasses import asdict
from typing import Any

from app.domain.audit import AuditKind
from app.domain.errors import NotFoundError
from app.domain.ids import ImageId, LesionId, MoveId, PatientId, VisitId
from app.domain.moves import Filling, ImageStep, LesionStep, MergeStep, Move
from app.storage.audit_trail import AuditTrail
from app.translation import _


class Moves:
    """Stores moves and finds them again; the records themselves are changed elsewhere."""

    def __init__(self, audit: AuditTrail) -> None:
        self._audit = audit

    def add(self, who: str, kind: AuditKind, move: Move) -> None:
        """Append a move, and say of each image and lesion that it belongs to it."""
        self._audit.append(who, kind, move.id, _text_of(move))
        for image in move.images:
            self._audit.append(who, kind, image.image, move.id)
        for lesion in move.lesions:
            self._audit.append(who, kind, lesion.lesion, move.id)
        if move.undoes is not None:
            self._audit.append(who, AuditKind.MOVE_UNDONE, move.undoes, move.id)

    def of(self, move_id: MoveId) -> Move:
        """Return a move; raises NotFoundError."""
        events = self._audit.events(move_id)
        if not events or not events[0].detail.startswith("{"):
            raise NotFoundError(_("This move is not in the audit trail, so it cannot be undone."))
        return _move_of(move_id, events[0].detail)

    def is_undone(self, move_id: MoveId) -> bool:
        """Say whether a move was taken back, and that in turn was not."""
        undone_by = [
            MoveId(event.detail)
            for event in self._audit.events(move_id)[1:]
            if event.kind is AuditKind.MOVE_UNDONE
        ]
        return bool(undone_by) and not self.is_undone(undone_by[-1])


def _text_of(move: Move) -> str:
    facts = {name: value for name, value in asdict(move).items() if name != "id" and value}
    return json.dumps(facts)


def _move_of(move_id: MoveId, text: str) -> Move:
    facts: dict[str, list[dict[str, Any]]] = json.loads(text)
    undoes: Any = facts.pop("undoes", None)
    return Move(
        id=move_id,
        images=tuple(
            ImageStep(ImageId(one["image"]), VisitId(one["before"]), VisitId(one["after"]))
            for one in facts.get("images", ())
        ),
        lesions=tuple(
            LesionStep(LesionId(one["lesion"]), PatientId(one["before"]), PatientId(one["after"]))
            for one in facts.get("lesions", ())
        ),
        merges=tuple(
            MergeStep(LesionId(one["lesion"]), _lesion(one["before"]), _lesion(one["after"]))
            for one in facts.get("merges", ())
        ),
        fillings=tuple(
            Filling(
                LesionId(one["lesion"]), LesionId(one["source"]), tuple(one["names"]), one["is_taken_back"]
            )
            for one in facts.get("fillings", ())
        ),
        undoes=None if undoes is None else MoveId(undoes),
    )


def _lesion(text: str | None) -> LesionId | None:
    return None if text is None else LesionId(text)
