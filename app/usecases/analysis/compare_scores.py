"""Holds the score of a corrected boundary against that of the predicted one, if only the boundary differs."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.audit import AuditEvent
from app.domain.case import Case
from app.domain.ids import PredictionId
from app.domain.prediction import ScorePrediction
from app.usecases.cases.describe_samples import DESCRIBED
from app.usecases.ports import UnitOfWork

_INPUT_BY_FIELD = {
    "age_years": "age",
    "birth_year": "year of birth",
    "visited_on": "date of the visit",
    "sex": "sex",
    "site": "body site",
}
"""Entered fields that the score model is given, as the audit trail names them."""

_INPUT_BY_ACT = {
    "image calibrated": "scale",
    "lesion assigned": "patient",
    DESCRIBED: "description of the sample",
}


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

    None when there is no other boundary, or when the trail does not tell what happened in between.
    """
    boundary, after = case.boundary, preview or case.score
    if boundary is None or after is None:
        return None
    before = next((one for one in reversed(case.scores) if one.mask_source == boundary.id), None)
    is_same_mask = after.mask_source == boundary.id or any(
        one.id == after.mask_source and one.mask == boundary.mask for one in case.revisions
    )
    if before is None or (preview is None and is_same_mask):
        return None
    entered = entered_between(trail, before.id, after.id)
    return None if entered is None else ScoreComparison(before, after, entered)


def entered_between(
    trail: tuple[AuditEvent, ...], before: PredictionId, after: PredictionId
) -> tuple[str, ...] | None:
    """Return which inputs of the score model were entered or changed between two scores, in words.

    A later score that is not in the trail is not stored yet; None when the trail does not know the earlier.
    """
    first = _sequence(trail, before)
    if first is None:
        return None
    last = _sequence(trail, after)
    between = (act for act in trail if act.sequence > first and (last is None or act.sequence < last))
    return tuple(dict.fromkeys(_inputs_of(between)))


def _sequence(trail: tuple[AuditEvent, ...], score_id: PredictionId) -> int | None:
    return next((act.sequence for act in trail if act.detail == score_id), None)


def _inputs_of(acts: Iterator[AuditEvent]) -> Iterator[str]:
    for act in acts:
        if act.what in _INPUT_BY_ACT:
            yield _INPUT_BY_ACT[act.what]
        elif act.what.endswith(" edited"):
            fields = act.detail.split(", ")
            yield from (_INPUT_BY_FIELD[field] for field in fields if field in _INPUT_BY_FIELD)
