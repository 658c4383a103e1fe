"""Says why a stored score is what it is: what the entered data do to it, and what it leaves possible."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.domain.case import Case
from app.domain.fields import FIELDS, CaseField
from app.domain.ids import ImageId, PredictionId
from app.translation import _
from app.usecases.analysis.model_summaries import card_of
from app.usecases.analysis.score_inputs import score_inputs
from app.usecases.cancellation import CancelToken, stop_if_cancelled
from app.usecases.services import Services
from models.contract.lesion.tabular import CATEGORICAL_FEATURES, NUMERIC_FEATURES, TabularInput
from models.contract.shelf.card import Conformal

_MOST_EFFECTS = 3


@dataclass(frozen=True, slots=True)
class InputEffect:
    """A score with and without one entered fact, both as calibrated probabilities."""

    what: str
    """The fact, in words."""
    without: float
    with_it: float


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """What leaves labels possible: a score and the quantiles of the model's card."""

    probability: float
    conformal: Conformal


@dataclass(frozen=True, slots=True)
class ScoreWhy:
    """What can be said about a score."""

    score_id: PredictionId
    effects: tuple[InputEffect, ...]
    """Of entered data, the largest first."""
    answer_set: AnswerSet | None
    """None when the model's card names no quantiles."""


def score_attribution(services: Services, image_id: ImageId, token: CancelToken) -> ScoreWhy | None:
    """Score again without each entered fact, and return what that changes; None without a current score.

    The model that gave the score is asked, with everything else as it is; nothing is stored.

    Raises:
        InferenceError: the model cannot be run, or is not on the shelf any more.
    """
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    score = case.score
    if score is None or not case.is_score_current:
        return None
    card = card_of(services, "classification", score.model)
    conformal = None if card is None else card.conformal
    answers = None if conformal is None else AnswerSet(score.probability, conformal)
    if card is not None and not card.input.numeric_features:
        return ScoreWhy(score.id, (), answers)
    pixels = services.arrays.pixels(case.image)
    inputs = score_inputs(services.arrays, case, services.arrays.valid_mask(case))

    def asked(tabular: TabularInput) -> float:
        stop_if_cancelled(token)
        result = services.predictor.score(pixels, inputs.mask, tabular, token, model=score.model)
        return result.probability

    ablated = tuple(_without_each(case, inputs.tabular))
    with_all = asked(inputs.tabular) if ablated else score.probability
    effects = [InputEffect(what, asked(tabular), with_all) for what, tabular in ablated]
    effects.sort(key=lambda effect: -abs(effect.with_it - effect.without))
    return ScoreWhy(score.id, tuple(effects[:_MOST_EFFECTS]), answers)


def _without_each(case: Case, given: TabularInput) -> Iterator[tuple[str, TabularInput]]:
    """Each entered fact that the model was given, and the inputs without it."""
    for field in FIELDS:
        if field.model_input in NUMERIC_FEATURES:
            yield from _without_number(field, given)
        elif field.model_input in CATEGORICAL_FEATURES:
            yield from _without_category(field, case, given)


def _without_number(field: CaseField, given: TabularInput) -> Iterator[tuple[str, TabularInput]]:
    place = NUMERIC_FEATURES.index(str(field.model_input))
    number = float(given.numeric[place])
    if not math.isnan(number):
        numeric = given.numeric.copy()
        numeric[place] = float("nan")
        yield f"{_(field.in_sentence)} {number:.0f}", replace(given, numeric=numeric)


def _without_category(
    field: CaseField, case: Case, given: TabularInput
) -> Iterator[tuple[str, TabularInput]]:
    place = CATEGORICAL_FEATURES.index(str(field.model_input))
    if given.categorical[place]:
        categorical = given.categorical.copy()
        categorical[place] = 0
        yield f"{_(field.in_sentence)} {_(str(case.entered(field)))}", replace(given, categorical=categorical)
