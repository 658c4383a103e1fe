"""Asks the model of a stored prediction again, to see whether it still says the same."""

from dataclasses import dataclass

from app.domain.case import Case
from app.domain.errors import NotFoundError
from app.domain.ids import BlobName, ImageId, PredictionId
from app.domain.prediction import BoundaryPrediction, ModelRef, ScorePrediction
from app.usecases.analysis.score_inputs import score_inputs
from app.usecases.image_arrays import mask_named, pixels_of
from app.usecases.ports import CancelToken, Services
from models.contract.arrays import BoolMask

_LARGEST_SCORE_DIFFERENCE = 1e-4
_LEAST_DICE = 0.999
"""Another engine rounds otherwise and may flip single pixels of the outline."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What came out when a stored prediction was computed again."""

    prediction_id: PredictionId
    model: ModelRef
    is_equal: bool
    difference: float
    """1 - Dice of the masks, or the difference of the probabilities."""
    sentence: str


def reproduce_prediction(
    services: Services, image_id: ImageId, prediction_id: PredictionId, token: CancelToken
) -> Reproduction:
    """Predict again with the model that a stored prediction names; nothing is stored.

    Raises:
        NotFoundError: the image has no such prediction.
        ModelUnavailableError: no model with these weights is on the shelf any more.
    """
    with services.reading() as work:
        case = work.cases.case(image_id)
    for boundary in case.boundaries:
        if boundary.id == prediction_id:
            return _boundary_again(services, case, boundary, token)
    for score in case.scores:
        if score.id == prediction_id:
            return _score_again(services, case, score, token)
    raise NotFoundError("This prediction does not belong to the image.")


def _boundary_again(
    services: Services, case: Case, stored: BoundaryPrediction, token: CancelToken
) -> Reproduction:
    result = services.predictor.boundary(pixels_of(services, case.image), token, model=stored.model)
    difference = 1.0 - _dice(mask_named(services, stored.mask), result.mask)
    is_equal = difference <= 1.0 - _LEAST_DICE
    sentence = (
        "The same model finds the same boundary again."
        if is_equal
        else f"The same model finds another boundary now: the masks differ by {difference:.4f} (1 - Dice)."
    )
    return Reproduction(stored.id, stored.model, is_equal, difference, sentence)


def _score_again(services: Services, case: Case, stored: ScorePrediction, token: CancelToken) -> Reproduction:
    pixels, mask = pixels_of(services, case.image), _mask_of_score(services, case, stored)
    inputs = score_inputs(case, pixels, mask)
    result = services.predictor.score(pixels, inputs.mask, inputs.tabular, token, model=stored.model)
    difference = abs(result.probability - stored.probability)
    is_equal = difference <= _LARGEST_SCORE_DIFFERENCE
    if is_equal:
        sentence = "The same model gives the same score again."
    elif inputs.missing != stored.missing_inputs:
        sentence = "The score differs, because other facts about the patient are known now than then."
    else:
        sentence = (
            f"The score differs by {difference:.4f}; facts about the patient may have changed since then."
        )
    return Reproduction(stored.id, stored.model, is_equal, difference, sentence)


def _mask_of_score(services: Services, case: Case, stored: ScorePrediction) -> BoolMask:
    """Return the very mask that a score was computed from."""
    masks: dict[str, BlobName] = {each.id: each.mask for each in case.boundaries}
    masks |= {each.id: each.mask for each in case.revisions}
    if stored.mask_source in masks:
        return mask_named(services, masks[stored.mask_source])
    raise NotFoundError("The mask of this score is not in the case store any more.")


def _dice(first: BoolMask, second: BoolMask) -> float:
    """Twice the common area over both areas; 1 when both are empty."""
    both = int(first.sum()) + int(second.sum())
    return 1.0 if both == 0 else 2.0 * int((first & second).sum()) / both
