"""Which of a case's scores gives it its place in the queue.

The rule: a corrected boundary or an entered fact may raise a band at once, but never lowers it; that takes a
person who accepts it, or the models when they are asked anew. So no slip of a brush makes a case wait.
"""

from collections.abc import Collection, Sequence

from app.domain.analysis.prediction import ScorePrediction
from app.domain.analysis.triage import Priority
from app.domain.ids import PredictionId, RevisionId


def standing_score(
    scores: Sequence[ScorePrediction],
    accepted: Collection[PredictionId],
    drawn: Collection[PredictionId | RevisionId],
) -> ScorePrediction | None:
    """Return the score whose band is in force, of scores ordered oldest first; None without any.

    ``accepted`` are the scores whose band a person has accepted, ``drawn`` the masks that are a person's.
    """
    standing: ScorePrediction | None = None
    for score in scores:
        if standing is None or score.id in accepted or not _is_lowered(score, standing, drawn):
            standing = score
    return standing


def standing_priority(
    scores: Sequence[ScorePrediction],
    accepted: Collection[PredictionId],
    drawn: Collection[PredictionId | RevisionId],
) -> Priority | None:
    """Return the place in the queue, and what the newest score would make of it when that is lower."""
    standing = standing_score(scores, accepted, drawn)
    if standing is None or standing.priority is None:
        return None
    newest = scores[-1]
    if newest is standing or newest.priority is None:
        return standing.priority
    kept, lower = standing.priority.band, newest.priority.band
    cause = "what was entered" if newest.mask_source == standing.mask_source else "this boundary"
    said = f"Would be {lower.label} with {cause}; stays {kept.label} until a person accepts that."
    return Priority(kept, (said, *newest.priority.reasons), would_be=lower)


def _is_lowered(
    score: ScorePrediction, standing: ScorePrediction, drawn: Collection[PredictionId | RevisionId]
) -> bool:
    """Say whether nothing but a person's boundary or entry gives a later place than before."""
    is_same_model = score.model.weights_sha256 == standing.model.weights_sha256
    is_by_person = score.mask_source in drawn or score.mask_source == standing.mask_source
    if not is_same_model or score.thresholds != standing.thresholds or not is_by_person:
        return False
    if score.priority is None or standing.priority is None:
        return score.priority is None and standing.priority is not None
    return score.priority.band > standing.priority.band
