"""A transform between two photographs made exact by the brightness of their pixels (ECC).

Evangelidis and Psarakis, "Parametric image alignment using enhanced correlation coefficient maximization",
IEEE TPAMI 30 (2008). What is compared is not brightness itself but how it differs from its surroundings:
the light of two photographs is never the same, and two different lesions are both dark in the middle.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain.followup.image_transform import ImageTransform
from models.contract.arrays import BoolMask

_MOST_STEPS: Final = 60
_LEAST_GAIN: Final = 1e-5
"""Of the correlation in one step."""
_SMOOTHING_PX: Final = 5
_SURROUNDINGS_PX: Final = 20.0
"""Standard deviation of what counts as the surroundings of a pixel, at the working size of 640 px."""
_NOISE_LEVELS: Final = 4.0
"""Grey levels of noise, so that even skin is not made into a pattern."""


def evened(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how a grey photograph (H, W) differs from its surroundings, in their standard deviations."""
    levels = grey.astype(np.float32)
    deviation = levels - cv2.GaussianBlur(levels, (0, 0), _SURROUNDINGS_PX)
    spread = np.sqrt(cv2.GaussianBlur(deviation**2, (0, 0), _SURROUNDINGS_PX))
    return np.asarray(deviation / (spread + _NOISE_LEVELS), dtype=np.float32)


def fitted_to_brightness(
    earlier: NDArray[np.float32], later: NDArray[np.float32], usable: BoolMask, start: ImageTransform
) -> ImageTransform | None:
    """Return the affine transform near ``start`` under which two photographs agree best; None without one.

    Args:
        earlier: (h, w), evened.
        later: (H, W), evened.
        usable: (h, w) pixels of the earlier photograph that count.
        start: from the earlier to the later photograph.
    """
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _MOST_STEPS, _LEAST_GAIN)
    guess = start.inverted().index_matrix.astype(np.float32)
    levels = usable.astype(np.uint8) * 255
    try:
        _correlation, warp = cv2.findTransformECC(
            later, earlier, guess, cv2.MOTION_AFFINE, criteria, levels, _SMOOTHING_PX
        )
    except cv2.error:
        # OpenCV has no other way of saying that the steps led nowhere.
        return None
    found = np.asarray(warp, dtype=np.float64)
    if not np.isfinite(found).all() or abs(np.linalg.det(found[:, :2])) < 1e-6:
        return None
    return ImageTransform.from_index_matrix(found).inverted()


def correlation(
    earlier: NDArray[np.float32],
    later: NDArray[np.float32],
    usable: tuple[BoolMask, BoolMask],
    transform: ImageTransform,
) -> float:
    """Return how alike two evened photographs are where they overlap, in [-1, 1]; 0 without an overlap.

    Args:
        earlier: (h, w).
        later: (H, W).
        usable: (h, w) and (H, W) pixels of either that count.
        transform: from the earlier to the later photograph.
    """
    size, matrix = later.shape[::-1], transform.index_matrix
    laid = cv2.warpAffine(cv2.GaussianBlur(earlier, (_SMOOTHING_PX,) * 2, 0), matrix, size)
    counts = cv2.warpAffine(usable[0].astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST) != 0
    both = counts & usable[1]
    smooth = cv2.GaussianBlur(later, (_SMOOTHING_PX,) * 2, 0)
    first, second = laid[both], smooth[both]
    if first.size < 2 or first.std() == 0 or second.std() == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
