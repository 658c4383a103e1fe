"""Records what became of a lesion, once it is known, beside the decision that was made before."""

from dataclasses import replace
from datetime import date

from app.domain.audit import AuditKind
from app.domain.case import Case
from app.domain.case_checks import check_outcome
from app.domain.changes import Changes
from app.domain.errors import InvalidFieldError
from app.domain.ids import ImageId, OutcomeId, new_id
from app.domain.outcome import LesionOutcome
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.services import Services


def record_outcome(
    services: Services,
    image_id: ImageId,
    *,
    diagnosis: str | None,
    confirm_type: str | None,
    known_on: date,
    note: str = "",
) -> Changes:
    """Append an outcome to an image, and to those others of its lesion that had none or the same one.

    What became of a lesion holds for all its images up to that day; one of them that has an outcome of its
    own keeps it. Earlier outcomes stay in the history.

    Raises:
        InvalidFieldError: a term is missing or not in the vocabulary, or the day is in the future or before
            the visit.
    """
    outcome = LesionOutcome(
        id=OutcomeId(new_id()),
        image_id=image_id,
        diagnosis=(diagnosis or "").strip() or None,
        confirm_type=confirm_type or None,
        known_on=known_on,
        note=note.strip(),
        author=services.user,
        created_at=services.clock(),
    )
    with services.store.writing() as work:
        case = work.cases.case(image_id)
        check_outcome(outcome, case.visit, services.vocabulary, today=services.clock().astimezone().date())
        return _append(work, outcome, case, AuditKind.OUTCOME_RECORDED)


def withdraw_outcome(services: Services, image_id: ImageId) -> Changes:
    """Take back an outcome that was entered by mistake, at all images that have the same one.

    Raises:
        InvalidFieldError: there is nothing to take back.
    """
    with services.store.writing() as work:
        case = work.cases.case(image_id)
        if case.outcome is None:
            raise InvalidFieldError("outcome_diagnosis", _("No outcome is recorded to be taken back."))
        nothing = replace(
            case.outcome,
            id=OutcomeId(new_id()),
            diagnosis=None,
            confirm_type=None,
            note="",
            author=services.user,
            created_at=services.clock(),
            move_id=None,
        )
        return _append(work, nothing, case, AuditKind.OUTCOME_WITHDRAWN)


def _append(work: UnitOfWork, outcome: LesionOutcome, case: Case, kind: AuditKind) -> Changes:
    """Store an outcome at every image that it holds for, each with an act of its own."""
    concerned = [case, *_others_concerned(work, outcome, case)]
    for each in concerned:
        is_asked = each.image.id == case.image.id
        of_image = replace(
            outcome,
            id=outcome.id if is_asked else OutcomeId(new_id()),
            image_id=each.image.id,
            entered_at=_entered_at(outcome, each, case),
        )
        work.cases.add_outcome(of_image)
        work.audit.append(outcome.author, kind, each.image.id, of_image.id)
    work.commit()
    return Changes(images=frozenset(each.image.id for each in concerned), case_list=True)


def _entered_at(outcome: LesionOutcome, concerned: Case, case: Case) -> ImageId | None:
    """The image whose word this is; one that is taken back stays the word of whoever it came from."""
    if outcome.diagnosis is None and concerned.outcome is not None:
        return concerned.outcome.entered_at
    return None if concerned.image.id == case.image.id else case.image.id


def _others_concerned(work: UnitOfWork, outcome: LesionOutcome, case: Case) -> list[Case]:
    """The other images of the lesion up to that day whose outcome was the same as that of the case so far."""
    others = [each for each in work.cases.every_image_of(case.lesion.id) if each != case.image.id]
    found = []
    for other in work.cases.cases(others):
        is_seen = other.visit.visited_on <= outcome.known_on
        if is_seen and _has_the_same(case.outcome, other.outcome):
            found.append(other)
    return found


def _has_the_same(own: LesionOutcome | None, other: LesionOutcome | None) -> bool:
    return other is None if own is None else own.says_the_same(other)
