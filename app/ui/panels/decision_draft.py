"""A decision as it is entered into the form."""

from dataclasses import dataclass

from app.domain.revision import Decision


@dataclass(frozen=True)
class DecisionDraft:
    """A decision as entered."""

    diagnosis: str | None = None
    diagnosis_confirm_type: str | None = None
    management: str | None = None
    comment: str = ""


def draft_of(decision: Decision | None) -> DecisionDraft:
    """Return a recorded decision as the form shows it."""
    if decision is None:
        return DecisionDraft()
    return DecisionDraft(
        decision.diagnosis, decision.diagnosis_confirm_type, decision.management, decision.comment
    )
