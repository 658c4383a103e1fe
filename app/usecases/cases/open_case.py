"""Opens a case for review."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.domain.analysis.model_summary import ModelSummary
from app.domain.audit import AuditEvent
from app.domain.case import Case
from app.domain.ids import ImageId, MoveId
from app.domain.measurement import Measurement
from app.domain.moves import DescribedMove
from app.usecases.analysis.compare_scores import case_trail
from app.usecases.analysis.local_bands import LocalBands, local_bands
from app.usecases.analysis.measurements import measurements_of
from app.usecases.analysis.model_summaries import score_model
from app.usecases.image_arrays import ImageArrays
from app.usecases.lesions.described_moves import described_moves
from app.usecases.services import Services
from models.contract.arrays import BoolMask, ProbabilityMap, RgbImage
from models.contract.uncertainty.disagreement import from_levels
from models.contract.uncertainty.uncertainty_band import uncertainty_band


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case with its arrays, all of the image's size."""

    case: Case
    pixels: RgbImage
    mask: BoolMask | None
    """The valid mask: the newest revision's, else the predicted one."""
    predicted_mask: BoolMask | None
    """The newest boundary prediction's mask."""
    probability: ProbabilityMap | None
    measurements: tuple[Measurement, ...]
    """Of the valid mask."""
    predicted_measurements: tuple[Measurement, ...]
    """Of the predicted mask; equal to ``measurements`` when nothing was corrected, or another lesion is of
    interest than the predicted one."""
    band: NDArray[np.float32] | None = None
    """Where the predicted boundary is uncertain, (h, w) in [0, 1], of the image's shape at reduced size."""
    trail: tuple[AuditEvent, ...] = ()
    """Acts that concern the case, ordered by sequence."""
    moves: Mapping[MoveId, DescribedMove] = field(default_factory=dict)
    """What the moves among these acts did to the case."""
    score_model: ModelSummary | None = None
    """The model of the newest score."""
    local_bands: LocalBands | None = None
    """What the bands of that model have been worth among the cases decided here."""
    other_masks: tuple[BoolMask, ...] = ()
    """Of the lesions beside the one of interest, in their order."""


def open_case(services: Services, image_id: ImageId) -> OpenedCase:
    """Return a case with pixels, mask, probability and measurements."""
    with services.store.reading() as work:
        case = work.cases.case(image_id)
        trail = case_trail(work, case)
        moves = described_moves(work, case, trail)
    arrays = services.arrays
    mask = arrays.valid_mask(case)
    predicted_mask = None if case.boundary is None else arrays.mask(case.boundary.mask)
    measurements = measurements_of(arrays.measured(case.image, mask), mask)
    predicted = measurements
    if predicted_mask is not None and case.is_of_predicted_lesion:
        predicted = measurements_of(arrays.measured(case.image, predicted_mask), predicted_mask)
    probability = None if case.boundary is None else arrays.probability(case.boundary.probability)
    model_summaries = None if case.score is None else score_model(services, case.score)
    local = None if case.score is None else local_bands(services, case.score.model.weights_sha256)
    band = _band(arrays, case, predicted_mask, probability)
    return OpenedCase(
        case,
        arrays.pixels(case.image),
        mask,
        predicted_mask,
        probability,
        measurements,
        predicted,
        band,
        trail,
        moves,
        model_summaries,
        local,
        arrays.other_masks(case),
    )


def measure_mask(services: Services, image_id: ImageId, mask: BoolMask) -> tuple[Measurement, ...]:
    """Return the measurements a mask would give, without any model."""
    with services.store.reading() as work:
        image = work.cases.case(image_id).image
    return measurements_of(services.arrays.measured(image, mask), mask)


def _band(
    arrays: ImageArrays, case: Case, mask: BoolMask | None, probability: ProbabilityMap | None
) -> NDArray[np.float32] | None:
    """Return the band in which the predicted boundary is uncertain; None when that is not known."""
    name = case.boundary.disagreement if case.boundary is not None else None
    if name is None or mask is None or probability is None:
        return None
    return uncertainty_band(mask, probability, from_levels(arrays.probability(name)))
