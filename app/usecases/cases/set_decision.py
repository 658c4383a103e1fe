"""Records the clinician's own diagnosis and management, apart from what the model said."""

from app.domain.audit import AuditKind
from app.domain.case_checks import check_decision
from app.domain.changes import Changes
from app.domain.ids import DecisionId, ImageId, new_id
from app.domain.revision import Decision
from app.usecases.services import Services


def set_decision(
    services: Services,
    image_id: ImageId,
    *,
    diagnosis: str | None = None,
    diagnosis_confirm_type: str | None = None,
    management: str | None = None,
    comment: str = "",
) -> Changes:
    """Append a decision; an earlier one stays in the history.

    Raises:
        InvalidFieldError: a term is not in the vocabulary, or the decision says nothing.
    """
    decision = Decision(
        id=DecisionId(new_id()),
        image_id=image_id,
        diagnosis=diagnosis or None,
        diagnosis_confirm_type=diagnosis_confirm_type or None,
        management=management or None,
        comment=comment.strip(),
        author=services.user,
        created_at=services.clock(),
    )
    check_decision(decision, services.vocabulary)
    with services.store.writing() as work:
        work.cases.add_decision(decision)
        work.audit.append(services.user, AuditKind.DECISION_RECORDED, image_id, decision.id)
        work.commit()
    return Changes(images=frozenset({image_id}), case_list=True)
