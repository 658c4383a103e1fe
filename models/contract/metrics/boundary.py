"""How far apart two outlines run: surface distances in px, boundary F1 and boundary IoU.

The boundary of a mask is its inner one: the True pixels with a 4-neighbour outside, where everything
beyond the frame is outside. Two empty masks agree (distances 0, scores 1); when one is empty the
distances are the image's diagonal and the scores 0.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.imaging.regions import extent_px

F1_TOLERANCE_SHARE = 0.0055
"""Of the image's diagonal: 2 px at 256 x 256."""

BAND_SHARE = 0.02
"""Of the image's diagonal: width of the band of the boundary IoU."""

_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=np.uint8)


@dataclass(frozen=True, eq=False)
class SurfaceDistances:
    """Distance in px from each boundary pixel of one mask to the nearest of the other, both ways.

    Both arrays are empty when a mask is empty; ``both_empty`` tells agreement from a miss.
    """

    prediction_to_truth_px: NDArray[np.float32]
    truth_to_prediction_px: NDArray[np.float32]
    diagonal_px: float
    both_empty: bool

    @property
    def hausdorff_px(self) -> float:
        """The largest distance of either direction."""
        return self._worse(100.0)

    @property
    def hd95_px(self) -> float:
        """The larger of the two directions' 95th percentiles."""
        return self._worse(95.0)

    @property
    def assd_px(self) -> float:
        """The mean over the boundary pixels of both masks."""
        if self._is_degenerate:
            return self._degenerate_px
        return float(
            np.concatenate([self.prediction_to_truth_px, self.truth_to_prediction_px]).mean(dtype=np.float64)
        )

    def f1(self, tolerance_px: float) -> float:
        """Harmonic mean of the shares of both boundaries that lie within ``tolerance_px``."""
        if self._is_degenerate:
            return float(self.both_empty)
        precision = float((self.prediction_to_truth_px <= tolerance_px).mean())
        recall = float((self.truth_to_prediction_px <= tolerance_px).mean())
        return 0.0 if precision + recall == 0 else 2 * precision * recall / (precision + recall)

    @property
    def _is_degenerate(self) -> bool:
        return self.prediction_to_truth_px.size == 0

    @property
    def _degenerate_px(self) -> float:
        return 0.0 if self.both_empty else self.diagonal_px

    def _worse(self, percentile: float) -> float:
        if self._is_degenerate:
            return self._degenerate_px
        directions = (self.prediction_to_truth_px, self.truth_to_prediction_px)
        return max(float(np.percentile(distances, percentile)) for distances in directions)


def inner_boundary(mask: BoolMask) -> BoolMask:
    """The True pixels of ``mask`` (H, W) with a 4-neighbour outside it or beyond the frame."""
    inside = cv2.erode(mask.astype(np.uint8), _CROSS, borderType=cv2.BORDER_CONSTANT, borderValue=(0,))
    return np.asarray(mask & (inside == 0), dtype=np.bool_)


def surface_distances(prediction: BoolMask, truth: BoolMask) -> SurfaceDistances:
    """The distances between the boundaries of two masks (H, W) of the same image."""
    if prediction.shape != truth.shape:
        msg = f"masks of one image have one shape, not {prediction.shape} and {truth.shape}"
        raise ValueError(msg)
    diagonal_px = float(np.hypot(*truth.shape))
    extent = extent_px(prediction | truth)
    if extent is None or not prediction.any() or not truth.any():
        nothing = np.zeros(0, dtype=np.float32)
        return SurfaceDistances(nothing, nothing, diagonal_px, both_empty=extent is None)
    top, left, bottom, right = extent
    ours = inner_boundary(prediction[top:bottom, left:right])
    theirs = inner_boundary(truth[top:bottom, left:right])
    return SurfaceDistances(
        _distance_px(theirs)[ours], _distance_px(ours)[theirs], diagonal_px, both_empty=False
    )


def hausdorff_px(prediction: BoolMask, truth: BoolMask) -> float:
    """The largest distance from one boundary to the other."""
    return surface_distances(prediction, truth).hausdorff_px


def hd95_px(prediction: BoolMask, truth: BoolMask) -> float:
    """The 95th percentile of the distances of each direction, the larger of the two."""
    return surface_distances(prediction, truth).hd95_px


def assd_px(prediction: BoolMask, truth: BoolMask) -> float:
    """The average symmetric distance between the boundaries."""
    return surface_distances(prediction, truth).assd_px


def boundary_f1(prediction: BoolMask, truth: BoolMask, *, tolerance_px: float | None = None) -> float:
    """F1 of boundary pixels within a tolerance, by default 0.0055 of the image's diagonal."""
    distances = surface_distances(prediction, truth)
    default_px = F1_TOLERANCE_SHARE * distances.diagonal_px
    return distances.f1(default_px if tolerance_px is None else tolerance_px)


def boundary_iou(prediction: BoolMask, truth: BoolMask) -> float:
    """IoU of the parts of both masks within 2 % of the diagonal of their own boundary.

    Source: Cheng et al., Boundary IoU, CVPR 2021.
    """
    width_px = BAND_SHARE * float(np.hypot(*truth.shape))
    extent = extent_px(prediction | truth)
    if extent is None:
        return 1.0
    top, left, bottom, right = extent
    ours = _inner_band(prediction[top:bottom, left:right], width_px)
    theirs = _inner_band(truth[top:bottom, left:right], width_px)
    return float(np.count_nonzero(ours & theirs) / np.count_nonzero(ours | theirs))


def _inner_band(mask: BoolMask, width_px: float) -> BoolMask:
    boundary = inner_boundary(mask)
    return mask & (_distance_px(boundary) <= width_px) if boundary.any() else mask


def _distance_px(boundary: BoolMask) -> NDArray[np.float32]:
    return np.asarray(
        cv2.distanceTransform((~boundary).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE),
        dtype=np.float32,
    )
