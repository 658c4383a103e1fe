"""How sure a boundary is: where flipped passes disagree, and how unlike the training images the image is."""

from dataclasses import replace

import numpy as np

from app.domain.errors import InferenceError
from app.inference.engine import FloatArray
from app.usecases.analysis.predictor import BoundaryUncertainty
from models.contract.arrays import BoolMask, RgbImage
from models.contract.errors import ContractError
from models.contract.imaging.postprocess import probability_map
from models.contract.imaging.preprocess import SegmenterGeometry
from models.contract.shelf.card import ModelCard
from models.contract.uncertainty.disagreement import border_uncertainty, disagreement_map, flipped_back
from models.contract.uncertainty.typicality import atypicality

_LONGER_SIDE_PX = 512
"""Of the maps that are compared: networks answer more coarsely than this."""


def boundary_uncertainty_of(
    image: RgbImage, mask: BoolMask, logits: FloatArray, geometry: SegmenterGeometry, card: ModelCard
) -> BoundaryUncertainty:
    """Return what the logits (4, h, w) of the flipped passes, and the card, say about a boundary.

    Raises:
        InferenceError: a logit is not a number.
    """
    small = _reduced(geometry)
    try:
        passes = np.stack(
            [probability_map(each, small, temperature=card.temperature) for each in flipped_back(logits)]
        )
    except ContractError as error:
        raise InferenceError(str(error)) from error
    return BoundaryUncertainty(
        disagreement=disagreement_map(passes),
        border_uncertainty=border_uncertainty(passes),
        atypicality=_atypicality(image, mask, card),
        weights_sha256=card.weights_sha256,
    )


def _atypicality(image: RgbImage, mask: BoolMask, card: ModelCard) -> float | None:
    statistics = card.reference_statistics
    return None if statistics is None else atypicality(image, mask, statistics)


def _reduced(geometry: SegmenterGeometry) -> SegmenterGeometry:
    """Return the geometry of the same image at a size at which four maps cost little."""
    height_px, width_px = geometry.native_height_px, geometry.native_width_px
    scale = min(1.0, _LONGER_SIDE_PX / max(height_px, width_px))
    return replace(
        geometry,
        native_height_px=max(1, round(height_px * scale)),
        native_width_px=max(1, round(width_px * scale)),
    )
