"""What an unsaved correction would change: measurements, and the score where there is a model for it."""

from dataclasses import dataclass

from app.domain.analysis.prediction import ScorePrediction
from app.domain.errors import ModelUnavailableError, ScoreWithheldError
from app.domain.ids import ImageId
from app.domain.measurement import Measurement
from app.usecases.analysis.score_image import preview_score
from app.usecases.cancellation import CancelToken
from app.usecases.cases.open_case import measure_mask
from app.usecases.services import Services
from models.contract.arrays import BoolMask


@dataclass(frozen=True)
class Preview:
    """What a correction would change; the score is None without a score model."""

    image_id: ImageId
    version: int
    score: ScorePrediction | None
    measurements: tuple[Measurement, ...]


def previewed(
    services: Services, image_id: ImageId, version: int, mask: BoolMask, token: CancelToken
) -> Preview:
    """Measure and score a mask (H, W) bool of an image, storing nothing."""
    try:
        found = preview_score(services, image_id, mask, token)
    except (ModelUnavailableError, ScoreWithheldError):
        return Preview(image_id, version, None, measure_mask(services, image_id, mask))
    return Preview(image_id, version, found.score, found.measurements)
