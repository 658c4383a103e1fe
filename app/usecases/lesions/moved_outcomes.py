"""Keeps an outcome with its lesion when images are filed elsewhere; everything stays in the history."""

from collections.abc import Mapping
from dataclasses import replace

from app.domain.audit import AuditKind
from app.domain.case import Case
from app.domain.ids import ImageId, OutcomeId, new_id
from app.domain.moves import Move
from app.domain.outcome import LesionOutcome
from app.storage.unit_of_work import UnitOfWork
from app.usecases.services import Services


def refile_outcomes(services: Services, work: UnitOfWork, move: Move) -> None:
    """Append what holds for the images of the moved lesions from now on, where that is something else.

    An outcome that was entered at another image holds only while both are of one lesion: it is taken from an
    image that a move has parted from the other one, and comes back when a move brings them together again.
    """
    visits = {visit_id for step in move.images for visit_id in (step.before, step.after)}
    for lesion_id in sorted({work.cases.visit(visit_id).lesion_id for visit_id in visits}):
        of_lesion = {case.image.id: case for case in work.cases.cases(work.cases.every_image_of(lesion_id))}
        for case in of_lesion.values():
            holds = _holding(case, of_lesion)
            if not _is_same(case.outcome, holds):
                _append(services, work, case, holds, move)


def _holding(case: Case, of_lesion: Mapping[ImageId, Case]) -> LesionOutcome | None:
    """The newest word of a person that holds for an image, as it stands now where it was entered."""
    for outcome in reversed(case.outcomes):
        if outcome.move_id is not None:
            continue
        if outcome.entered_at is None:
            return outcome if outcome.diagnosis is not None else None
        if outcome.entered_at in of_lesion:
            present = _holding(of_lesion[outcome.entered_at], of_lesion)
            return present if present is None or case.visit.visited_on <= present.known_on else None
    return None


def _is_same(one: LesionOutcome | None, other: LesionOutcome | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.says_the_same(other) and one.note == other.note


def _append(
    services: Services, work: UnitOfWork, case: Case, holds: LesionOutcome | None, move: Move
) -> None:
    image_id, now = case.image.id, services.clock()
    if holds is None:
        taken = replace(case.outcomes[-1], diagnosis=None, confirm_type=None, note="", author=services.user)
        entry = replace(taken, id=OutcomeId(new_id()), created_at=now, move_id=move.id)
    else:
        # Who found it out stays its author; who moved the image is named by the act.
        source = holds.entered_at or holds.image_id
        entry = replace(
            holds,
            id=OutcomeId(new_id()),
            image_id=image_id,
            created_at=now,
            entered_at=None if source == image_id else source,
            move_id=move.id,
        )
    work.cases.add_outcome(entry)
    work.audit.append(services.user, AuditKind.OUTCOME_REFILED, image_id, entry.id)
