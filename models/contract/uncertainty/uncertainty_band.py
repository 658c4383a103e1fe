"""The band along a boundary in which flipped passes would have drawn it, as a map to lay over the image."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask, ProbabilityMap

_DEVIATIONS: Final = 2.0
"""Half width of the band, in standard deviations of the boundary's position: about 95 % of the passes."""

_LEAST_SLOPE: Final = 0.004
"""Probability per pixel below which the place of the boundary is as good as open."""

_WIDEST_SHARE: Final = 0.15
"""Half width at most, of the diameter of the circle with the lesion's area: a wider band hides the lesion."""

_SMOOTHING_SHARE: Final = 0.025
"""Along the boundary, of the map's longer side, so that single pixels do not fray the band."""

_SOFTENING_SHARE: Final = 0.005
"""Across the band's rim, of the map's longer side: the rim is no boundary and must not look like one."""


def uncertainty_band(
    mask: BoolMask, probability: ProbabilityMap, disagreement: NDArray[np.float32]
) -> NDArray[np.float32]:
    """How far each place lies inside the band, (h, w) float32 in [0, 1], of the disagreement map's size.

    The half width at a place of the boundary is twice the standard deviation of the boundary's own
    position there: that of the probabilities divided by their slope across the boundary (first-order
    error propagation). Where all passes agree there is no band.

    Args:
        mask: (H, W) bool, whose boundary the band follows.
        probability: (H, W) float32 in [0, 1], from which the slope is taken.
        disagreement: (h, w) float32 in [0, 0.5], of the same shape of frame.
    """
    size = (disagreement.shape[1], disagreement.shape[0])
    lesion = _reduced(mask, size) >= 0.5
    edge = _edge(lesion.astype(np.uint8))
    if not edge.any():
        return np.zeros(disagreement.shape, np.float32)
    slope_per_px = np.maximum(_slope(_reduced(probability, size)), _LEAST_SLOPE)
    half_width_px = _DEVIATIONS * disagreement / slope_per_px
    widest_px = _WIDEST_SHARE * 2.0 * np.sqrt(np.count_nonzero(lesion) / np.pi)
    along = _smoothed_along(np.minimum(half_width_px, widest_px), edge, max(size) * _SMOOTHING_SHARE)
    softening_px = max(max(size) * _SOFTENING_SHARE, 0.5)
    return np.asarray(cv2.GaussianBlur(_laid_out(along, edge), (0, 0), softening_px), dtype=np.float32)


def _reduced(values: BoolMask | ProbabilityMap, size: tuple[int, int]) -> NDArray[np.float32]:
    """An array (H, W) at ``size`` (w, h), float32; of very large ones not every pixel is read."""
    step = max(1, min(values.shape[0] // (2 * size[1]), values.shape[1] // (2 * size[0])))
    read = np.ascontiguousarray(values[::step, ::step], dtype=np.float32)
    return np.asarray(cv2.resize(read, size, interpolation=cv2.INTER_AREA), dtype=np.float32)


def _edge(lesion: NDArray[np.uint8]) -> BoolMask:
    """The lesion's outermost pixels; where the frame cuts it, there is no boundary."""
    inner = cv2.erode(lesion, np.ones((3, 3), np.uint8))
    return np.asarray((lesion != 0) & (inner == 0), dtype=np.bool_)


def _slope(probability: NDArray[np.float32]) -> NDArray[np.float32]:
    smooth = cv2.GaussianBlur(probability, (0, 0), 1.5)
    across, down = (cv2.Scharr(smooth, cv2.CV_32F, *axis, scale=1 / 32) for axis in ((1, 0), (0, 1)))
    return np.asarray(np.hypot(across, down), dtype=np.float32)


def _smoothed_along(
    half_width_px: NDArray[np.floating], edge: BoolMask, sigma_px: float
) -> NDArray[np.float32]:
    """The mean of the half widths on the edge near each place of the edge."""
    on_edge = edge.astype(np.float32)
    sums, counts = (
        cv2.GaussianBlur(values, (0, 0), max(sigma_px, 0.5))
        for values in ((half_width_px * on_edge).astype(np.float32), on_edge)
    )
    return np.asarray(np.divide(sums, counts, out=np.zeros_like(sums), where=edge), dtype=np.float32)


def _laid_out(half_width_px: NDArray[np.float32], edge: BoolMask) -> NDArray[np.float32]:
    """Every place looks at the nearest place of the edge: inside when that one's half width reaches it."""
    distance_px, labels = cv2.distanceTransformWithLabels(
        (~edge).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    half_width_by_label = np.zeros(int(labels.max()) + 1, np.float32)
    half_width_by_label[labels[edge]] = half_width_px[edge]
    reach_px = half_width_by_label[labels]
    soft = np.clip(reach_px + 0.5 - distance_px, 0.0, 1.0)
    # A half width below half a pixel must fade to nothing, not end in a line of its own.
    return np.asarray(soft * np.clip(2.0 * reach_px, 0.0, 1.0), dtype=np.float32)
