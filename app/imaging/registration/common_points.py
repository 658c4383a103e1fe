"""Points that two photographs have in common, and the transform that most of them agree on."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain.followup.image_transform import ImageTransform
from models.contract.arrays import BoolMask

_MOST_FEATURES: Final = 2000
_FEATURE_CONTRAST: Final = 5
"""Of ORB's corner detector: skin has little contrast."""
_CLEARLY_BEST: Final = 0.85
"""The best match is taken when its distance is at most this share of the second best one's."""
_ROUGH_REACH_PX: Final = 6.0
"""How far a point may lie from where a similarity takes it, in px of the working size: skin stretches."""
_EXACT_REACH_PX: Final = 4.0
"""The same for an affine transform, which follows the stretching."""
_FEWEST_FOR_AFFINE: Final = 25
"""Six unknowns from fewer points would fit chance."""
_TRIES: Final = 5000
_SURENESS: Final = 0.999


@dataclass(frozen=True, slots=True)
class PointFeatures:
    """Points of a photograph with a description each."""

    points_xy: NDArray[np.float64]
    """(N, 2) px of the working size, from the corner of the first pixel."""
    descriptions: NDArray[np.uint8]
    """(N, 32) bits of ORB."""


@dataclass(frozen=True, slots=True)
class CommonPoints:
    """Points of two photographs that agree on one transform."""

    earlier_xy: NDArray[np.float64]
    """(N, 2) px."""
    later_xy: NDArray[np.float64]
    """(N, 2) px."""
    transform: ImageTransform
    """From the earlier to the later points."""

    @property
    def count(self) -> int:
        """Return how many points there are."""
        return len(self.later_xy)

    def residual_px(self, transform: ImageTransform) -> float:
        """Return how far apart the points lie under a transform, root mean square."""
        apart = transform.of_points(self.earlier_xy) - self.later_xy
        return float(np.sqrt((apart**2).sum(axis=1).mean()))


def features_of(grey: NDArray[np.uint8], usable: BoolMask) -> PointFeatures:
    """Return the ORB features of the usable part of a grey photograph (H, W)."""
    even = cv2.createCLAHE(3.0, (8, 8)).apply(grey)
    detector = cv2.ORB.create(nfeatures=_MOST_FEATURES, fastThreshold=_FEATURE_CONTRAST)
    points, descriptions = detector.detectAndCompute(even, usable.astype(np.uint8) * 255)
    if descriptions is None:
        return PointFeatures(np.zeros((0, 2)), np.zeros((0, 32), np.uint8))
    bits = np.asarray(descriptions, dtype=np.uint8)
    return PointFeatures(np.array([point.pt for point in points]) + 0.5, bits)


def common_points(earlier: PointFeatures, later: PointFeatures) -> CommonPoints | None:
    """Return the points that agree on a transform; None when none can be told.

    A similarity is looked for first; where enough points agree on one, an affine transform is preferred.
    """
    first, second = _matches(earlier.descriptions, later.descriptions)
    if len(first) < 3:
        return None
    from_xy, to_xy = earlier.points_xy[first], later.points_xy[second]
    found = _agreeing(from_xy, to_xy, is_affine=False)
    if found is None or found.count < _FEWEST_FOR_AFFINE:
        return found
    exact = _agreeing(from_xy, to_xy, is_affine=True)
    return found if exact is None or 2 * exact.count < found.count else exact


def _agreeing(
    from_xy: NDArray[np.float64], to_xy: NDArray[np.float64], *, is_affine: bool
) -> CommonPoints | None:
    estimate = cv2.estimateAffine2D if is_affine else cv2.estimateAffinePartial2D
    matrix, agreeing = estimate(
        from_xy,
        to_xy,
        method=cv2.RANSAC,
        ransacReprojThreshold=_EXACT_REACH_PX if is_affine else _ROUGH_REACH_PX,
        maxIters=_TRIES,
        confidence=_SURENESS,
    )
    if matrix is None or not np.isfinite(matrix).all():
        return None
    agrees = np.asarray(agreeing).ravel() != 0
    return CommonPoints(from_xy[agrees], to_xy[agrees], ImageTransform.from_matrix(np.asarray(matrix)))


def _matches(
    earlier: NDArray[np.uint8], later: NDArray[np.uint8]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of features that are each other's best match, and clearly so."""
    nothing = np.zeros(0, np.intp)
    if len(earlier) < 2 or len(later) < 2:
        return nothing, nothing
    matcher = cv2.BFMatcher(cv2.NORM_HAMMING)
    best_of_later = {match.queryIdx: match.trainIdx for match in matcher.match(later, earlier)}
    pairs = [
        (best.queryIdx, best.trainIdx)
        for best, second in matcher.knnMatch(earlier, later, k=2)
        if best.distance < _CLEARLY_BEST * second.distance
        and best_of_later.get(best.trainIdx) == best.queryIdx
    ]
    if not pairs:
        return nothing, nothing
    first, second = np.array(pairs, dtype=np.intp).T
    return first, second
