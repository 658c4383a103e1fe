"""Shows where in the image a score came from."""

from dataclasses import dataclass

import numpy as np

from app.domain.ids import ImageId
from app.usecases.analysis.score_inputs import ScoreInputs, score_inputs
from app.usecases.cancellation import CancelToken
from app.usecases.image_arrays import check_fits
from app.usecases.services import Services
from models.contract.arrays import AttentionMap, BoolMask, RgbImage
from models.contract.imaging.overlays import SIGNED_OVERLAYS


@dataclass(frozen=True, slots=True)
class ExplainedScore:
    """An attention overlay of an image."""

    name: str
    map: AttentionMap
    """(H, W) float32."""
    is_signed: bool
    share_inside_lesion: float | None
    """Share of the relevance's magnitude that lies inside the mask; None without a mask."""


def explain_score(
    services: Services,
    image_id: ImageId,
    overlay_name: str,
    token: CancelToken,
    *,
    mask: BoolMask | None = None,
) -> ExplainedScore:
    """Return an overlay for the score of the valid mask, or of ``mask`` when one is given."""
    pixels, inputs = _inputs(services, image_id, mask)
    relevance = services.predictor.overlay(overlay_name, pixels, inputs.mask, inputs.tabular, token)
    return ExplainedScore(
        overlay_name,
        relevance,
        overlay_name in SIGNED_OVERLAYS,
        share_inside(relevance, inputs.mask),
    )


def share_inside(relevance: AttentionMap, mask: BoolMask | None) -> float | None:
    """Return the share of a map's magnitude that lies inside a mask."""
    if mask is None:
        return None
    magnitude = np.abs(relevance)
    total = float(magnitude.sum(dtype=np.float64))
    return float(magnitude[mask].sum(dtype=np.float64)) / total if total > 0 else None


def _inputs(services: Services, image_id: ImageId, mask: BoolMask | None) -> tuple[RgbImage, ScoreInputs]:
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    if mask is not None:
        check_fits(mask, case.image)
    looked_at = mask if mask is not None else services.arrays.valid_mask(case)
    return services.arrays.pixels(case.image), score_inputs(services.arrays, case, looked_at)
