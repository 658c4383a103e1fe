"""Whether an image is one to outline and score at all, from what a boundary model says of its frame."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from models.contract.imaging.frame_verdict import FrameVerdict

_ENDLESS = 1e9


class SuitabilityLimits(BaseModel):
    """The limits of a model's card, chosen on validation frames."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    largest_distance: FiniteFloat
    """Of a frame to the training frames; beyond it an image is no dermoscopic image."""
    least_lesion_logit: FiniteFloat
    """Below it there is no lesion on the image."""
    false_alarm_rate: Annotated[FiniteFloat, Field(ge=0.0, le=1.0)]
    """Share of the validation frames that these limits refuse."""
    n: int = Field(gt=0)


def verdict_of(answer: NDArray[np.float32], limits: SuitabilityLimits) -> FrameVerdict:
    """Judge a model's answer (2,), distance and lesion logit; what is no number is unsuitable."""
    distance = float(np.nan_to_num(answer[0], nan=_ENDLESS, posinf=_ENDLESS, neginf=-_ENDLESS))
    lesion = float(np.nan_to_num(answer[1], nan=-_ENDLESS, posinf=_ENDLESS, neginf=-_ENDLESS))
    return FrameVerdict(
        distance=distance,
        lesion_logit=lesion,
        is_dermoscopic=distance <= limits.largest_distance,
        has_lesion=lesion >= limits.least_lesion_logit,
    )
