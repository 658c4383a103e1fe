"""Where a segmenter's passes over the same image disagree: identity, two flips and the half turn.

The spread of predictions over such views is the image-related (aleatoric) uncertainty of test-time
augmentation: Ayhan and Berens, MIDL 2018; Wang et al., Neurocomputing 338 (2019), 34-45, eq. 6. Only
views that map the pixel grid onto itself are used, so that undoing them adds no error of its own.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import ModelImage, ProbabilityMap

PASS_COUNT: Final = 4

MOST_DISAGREEMENT: Final = 0.5
"""The standard deviation of passes of which one half says 0 and the other half 1."""

LEAST_DISAGREEMENT: Final = 0.02
"""Below it, passes count as agreeing: such a haze lies over all the skin and, summed over a frame, outweighs
a small lesion. On 147 validation images of `dermomamba/1` the floor takes away the preference for small
lesions (rank correlation with the area from -0.43 to 0.23) and leaves that with 1 - Dice at 0.64."""


def flipped_passes(prepared: ModelImage) -> NDArray[np.float32]:
    """The views (4, 3, h, w) of a network's input (3, h, w): itself, mirrored, upside down, half a turn."""
    views = [_flipped(prepared, index) for index in range(PASS_COUNT)]
    return np.ascontiguousarray(np.stack(views), dtype=np.float32)


def flipped_back(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """The answers (4, h, w) to ``flipped_passes``, all lying as the image does."""
    return np.stack([_flipped(answer, index) for index, answer in enumerate(maps)])


def disagreement_map(passes: NDArray[np.float32]) -> NDArray[np.float32]:
    """The standard deviation of probability maps (K, H, W) at each pixel, (H, W) float32 in [0, 0.5]."""
    return np.asarray(passes.std(axis=0, dtype=np.float64), dtype=np.float32)


def border_uncertainty(passes: NDArray[np.float32]) -> float:
    """The doubtful area D as a share of itself and the lesion's area A, D / (D + A), in [0, 1).

    D sums the disagreement from 0.02 on and A the mean of the probability maps (K, H, W), so that the
    model's threshold is not needed. Relative to the area and not to the perimeter, because both areas
    grow with the square of the image's scale (the number does not depend on it), and because a doubtful
    rim costs a small lesion more of its overlap than a large one. 0 = all passes agree, also that there
    is no lesion.
    """
    disagreement = disagreement_map(passes)
    doubtful = float(disagreement[disagreement >= LEAST_DISAGREEMENT].sum(dtype=np.float64))
    lesion = float(passes.mean(axis=0, dtype=np.float64).sum())
    return 0.0 if doubtful == 0.0 else doubtful / (doubtful + lesion)


def levels_of(disagreement: NDArray[np.float32]) -> ProbabilityMap:
    """A disagreement map stretched from [0, 0.5] to [0, 1], as it is stored in 8 bits."""
    return np.asarray(np.clip(disagreement / np.float32(MOST_DISAGREEMENT), 0.0, 1.0), dtype=np.float32)


def from_levels(levels: ProbabilityMap) -> NDArray[np.float32]:
    """The disagreement map that ``levels_of`` stretched."""
    return np.asarray(levels * np.float32(MOST_DISAGREEMENT), dtype=np.float32)


def _flipped(array: NDArray[np.float32], index: int) -> NDArray[np.float32]:
    """Pass ``index`` of an array (..., h, w); done twice it is the array again."""
    rows = slice(None, None, -1 if index & 2 else 1)
    columns = slice(None, None, -1 if index & 1 else 1)
    return np.asarray(array[..., rows, columns])
