"""Holds the score of a corrected boundary against that of the predicted one, if only the boundary differs."""

from dataclasses import dataclass

from app.domain.analysis.input_edits import inputs_edited_between
from app.domain.analysis.prediction import ScorePrediction
from app.domain.audit import AuditEvent
from app.domain.case import Case
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ScoreComparison:
    """The score of the predicted boundary, that of another one, and what else differs."""

    before: ScorePrediction
    after: ScorePrediction
    entered: tuple[str, ...]
    """What was entered or changed between the two, in words."""

    @property
    def is_same_model(self) -> bool:
        """Say whether one model, with one set of thresholds, gave both."""
        return self.before.model == self.after.model

    @property
    def is_of_boundaries_alone(self) -> bool:
        """Say whether nothing but the boundary can have moved the score."""
        return self.is_same_model and not self.entered


def case_trail(work: UnitOfWork, case: Case) -> tuple[AuditEvent, ...]:
    """Return the acts that concern a case, its visit, lesion or patient, in the order of their sequence."""
    subjects = (case.patient.id, case.lesion.id, case.visit.id, case.image.id)
    acts = (event for subject in subjects for event in work.audit.events(subject))
    return tuple(sorted(acts, key=lambda event: event.sequence))


def comparison_of(
    case: Case, trail: tuple[AuditEvent, ...], preview: ScorePrediction | None = None
) -> ScoreComparison | None:
    """Compare the newest score, or that of an unsaved correction, with the one of the predicted boundary.

    None when there is no other boundary, when that is of another lesion of the image, or when the trail does
    not tell what happened in between.
    """
    boundary, after = case.boundary, preview or case.score
    if boundary is None or after is None or not case.is_of_predicted_lesion:
        return None
    before = next((one for one in reversed(case.scores) if one.mask_source == boundary.id), None)
    is_same_mask = after.mask_source == boundary.id or any(
        one.id == after.mask_source and one.mask == boundary.mask for one in case.revisions
    )
    if before is None or (preview is None and is_same_mask):
        return None
    entered = inputs_edited_between(trail, before.id, after.id)
    return None if entered is None else ScoreComparison(before, after, entered)
