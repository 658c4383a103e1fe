"""Lets the refiner redraw a mask from clicks; nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.analysis.prediction import ModelRef
from app.usecases.cancellation import CancelToken
from app.usecases.services import Services
from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.clicks import Click
from models.contract.imaging.refinement import merged_refinement


@dataclass(frozen=True, slots=True)
class RefinedMask:
    """The mask with what the new clicks ask for, and the model that redrew it."""

    mask: BoolMask
    model: ModelRef


def refine_mask(
    services: Services,
    pixels: RgbImage,
    present: BoolMask,
    clicks: Sequence[Click],
    *,
    answered: int,
    hand_drawn: BoolMask,
    token: CancelToken,
) -> RefinedMask:
    """Return the present mask (H, W) redrawn near the clicks that were not answered yet.

    ``clicks`` are all so far, the newest last, of which the first ``answered`` are in the present mask. What
    was drawn by hand (H, W) stays, except in the neighbourhood of a new click.

    Raises:
        ModelUnavailableError: no refiner is active.
        InferenceError: it could not be run.
        CancelledError: the person has cancelled, or clicked again.
    """
    refined = services.predictor.refine(pixels, present, clicks, token)
    mask = present
    for count in range(answered, len(clicks)):
        mask = merged_refinement(mask, refined.mask, clicks[: count + 1], hand_drawn)
    return RefinedMask(mask, refined.model)
