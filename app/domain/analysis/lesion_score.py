"""A lesion's score: what the scores of its images from one visit say together.

Several images of a lesion are like the views of one image: the mean of their logits is the score, and their
range says how much it depends on the photograph. Scores of two models are never mixed, and a visit is a day.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.domain.analysis.prediction import ScorePrediction
from app.domain.analysis.triage import Priority, priority_of

_FEWEST_IMAGES: Final = 2
_SUREST: Final = 1e-6
"""Probabilities are kept so far from 0 and 1, where the logit has no value."""


@dataclass(frozen=True, slots=True)
class ImageScores:
    """What one image brings to the score of its lesion."""

    current: ScorePrediction | None
    """The newest score, when it counts and is of the valid mask."""
    standing: ScorePrediction | None
    """The score that gives the image its own band; it may be of an earlier mask."""


@dataclass(frozen=True, slots=True)
class LesionScore:
    """The score of a lesion at one visit, from two or more images that one model has scored."""

    probability: float
    """Calibrated probability of malignancy in [0, 1]: the mean of the images' logits."""
    probability_low: float
    probability_high: float
    """Range over the images' own scores, no confidence interval."""
    image_count: int
    priority: Priority | None
    """Its band by the thresholds of the images' scores, with the reason; None without thresholds."""


def lesion_score(scores: Iterable[ScorePrediction | None]) -> LesionScore | None:
    """Return the score of a lesion from those of its images, one each; None when fewer than two count.

    Only the scores of the model that spoke last count, because two models cannot be averaged.
    """
    known = [score for score in scores if score is not None]
    if not known:
        return None
    newest = max(known, key=lambda score: (score.predicted_at, score.id))
    probabilities = [score.probability for score in known if score.model == newest.model]
    if len(probabilities) < _FEWEST_IMAGES:
        return None
    mean, highest = _mean_of_logits(probabilities), max(probabilities)
    priority = None
    if newest.thresholds is not None:
        priority = priority_of(
            mean, highest, newest.thresholds, (), what="Lesion score", highest_in="on one of its images"
        )
    return LesionScore(mean, min(probabilities), highest, len(probabilities), priority)


def lesion_priority(images: Iterable[ImageScores]) -> Priority | None:
    """Return the place in the queue that a lesion's score gives to each of its images; None without one.

    As for a single image, a correction or an entry never gives a later place by itself: the scores that give
    the images their own bands hold the lesion's band, too.
    """
    found = tuple(images)
    now = lesion_score(image.current for image in found)
    held = lesion_score(image.standing for image in found)
    if held is None or held.priority is None:
        return None if now is None else now.priority
    if now is not None and now.priority is not None and now.priority.band <= held.priority.band:
        return now.priority
    label = held.priority.band.label
    return Priority(
        held.priority.band,
        (f"Lesion stays {label} until its images are scored again and a person accepts a later band.",),
    )


def sooner(own: Priority | None, of_lesion: Priority | None) -> Priority | None:
    """Return the place of a case: that of its own score, or its lesion's when that comes sooner."""
    if own is None or of_lesion is None or own.band <= of_lesion.band:
        return own
    return Priority(of_lesion.band, (of_lesion.reasons[0], *own.warnings))


def _mean_of_logits(probabilities: list[float]) -> float:
    bounded = (min(max(probability, _SUREST), 1 - _SUREST) for probability in probabilities)
    mean = sum(math.log(each / (1 - each)) for each in bounded) / len(probabilities)
    return 1 / (1 + math.exp(-mean))
