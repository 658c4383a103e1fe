"""What the models have not computed yet for a case, and which models are in use."""

from dataclasses import dataclass
from enum import Enum


class Need(Enum):
    """Something that a model can compute for an image."""

    BOUNDARY = "boundary"
    SCORE = "score"
    UNCERTAINTY = "uncertainty"
    """How sure the boundary is: a second look that nobody waits for."""


FIRST_LOOK = frozenset({Need.BOUNDARY, Need.SCORE})
"""What a person waits for."""


@dataclass(frozen=True, slots=True)
class ActiveWeights:
    """The hashes of the weights in use; None where no model is chosen."""

    boundary_sha256: str | None = None
    score_sha256: str | None = None
