"""Size and shape of a lesion's outline: lengths in px, asymmetry and eccentricity without unit."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask

_SMOOTHING_PX = 2.0
"""Standard deviation, along the contour, of the smoothing that removes the pixel staircase.

Chosen on drawn discs, ellipses and turned squares: the length is within about 1 % from 20 px of
diameter on, while the raw staircase is 5 % too long.
"""

AXIS_STEP_DEG = 5
_FOLD_SIZE_PX = 128
"""Longer side of the square on which masks are folded; finer ones change 1 - IoU by < 0.01."""


@dataclass(frozen=True)
class Diameters:
    """Largest and smallest distance between two parallel tangents (Feret), in px."""

    long_px: float
    short_px: float


@dataclass(frozen=True)
class Asymmetry:
    """Asymmetry 1 - IoU of a shape folded along an axis, in [0, 1], and that axis.

    The axis is the one perpendicular to the best axis of symmetry; 0 degrees is horizontal,
    angles grow counter-clockwise as seen on the screen.
    """

    value: float
    angle_deg: float


def outer_contour(mask: BoolMask) -> NDArray[np.float64]:
    """The boundary pixels of the one region in ``mask`` in order, (N, 2) float64 (x, y) px."""
    contours, _ = cv2.findContours(
        np.ascontiguousarray(mask, dtype=np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    longest = max(contours, key=len)
    return longest.reshape(-1, 2).astype(np.float64)


def perimeter_px(contour: NDArray[np.float64]) -> float:
    """The sub-pixel length of a closed ``contour`` of boundary pixel centres.

    The chain of pixel centres is smoothed along its length (Gaussian, 2 px) and measured; pi is
    added, because the outline runs half a pixel outside the centres and a closed curve moved
    outwards by r grows by 2 pi r (Steiner).
    """
    if len(contour) < 3:
        return float(np.pi + 2.0 * (len(contour) - 1))
    smooth = _smoothed_along(contour)
    steps = np.diff(smooth, axis=0, append=smooth[:1])
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum() + np.pi)


def _smoothed_along(contour: NDArray[np.float64]) -> NDArray[np.float64]:
    # In the Fourier domain, because a closed contour has no ends to treat.
    frequency = np.fft.fftfreq(len(contour))
    damping = np.exp(-2.0 * (np.pi * _SMOOTHING_PX * frequency) ** 2)
    signal = contour[:, 0] + 1j * contour[:, 1]
    smooth = np.fft.ifft(np.fft.fft(signal) * damping)
    return np.column_stack([smooth.real, smooth.imag])


def diameters(contour: NDArray[np.float64]) -> Diameters:
    """The Feret diameters of the pixels inside ``contour`` (rotating calipers on the hull).

    Pixels count with their extent: the hull is laid round the midpoints of the pixels' edges.
    """
    offsets = np.array([(0.5, 0.0), (-0.5, 0.0), (0.0, 0.5), (0.0, -0.5)])
    edges = (contour[:, None, :] + offsets).reshape(-1, 2).astype(np.float32)
    hull = cv2.convexHull(edges).reshape(-1, 2).astype(np.float64)
    between = hull[:, None, :] - hull[None, :, :]
    long_px = float(np.sqrt((between**2).sum(axis=2).max()))
    sides = np.roll(hull, -1, axis=0) - hull
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    across = sides[:, None, 0] * between[..., 1].T - sides[:, None, 1] * between[..., 0].T
    widths = np.abs(across).max(axis=1) / lengths
    return Diameters(long_px=long_px, short_px=float(widths.min()))


def eccentricity(mask: BoolMask) -> float:
    """Of the ellipse with the mask's second moments: 0 for a circle, towards 1 for a line.

    Each pixel counts as a unit square (1/12 is added), so a single pixel is round.
    """
    moments = cv2.moments(np.ascontiguousarray(mask, dtype=np.uint8), binaryImage=True)
    area = moments["m00"]
    xx = moments["mu20"] / area + 1.0 / 12.0
    yy = moments["mu02"] / area + 1.0 / 12.0
    xy = moments["mu11"] / area
    spread = np.hypot((xx - yy) / 2.0, xy)
    middle = (xx + yy) / 2.0
    return float(np.sqrt(1.0 - (middle - spread) / (middle + spread)))


def asymmetry(mask: BoolMask) -> Asymmetry:
    """Asymmetry of the outline about the axis perpendicular to its best axis of symmetry.

    The mask is folded along axes through its centroid in steps of 5 degrees; the best axis is the
    one with the smallest 1 - IoU (area of min over area of max) of the mask and its mirror image.
    """
    square = fold_frame(mask).framed(mask.astype(np.float32))
    folds = [fold_asymmetry(square, angle) for angle in range(0, 180, AXIS_STEP_DEG)]
    best = int(np.argmin(folds))
    perpendicular = (best + len(folds) // 2) % len(folds)
    return Asymmetry(folds[perpendicular], float(perpendicular * AXIS_STEP_DEG))


def fold_frame(mask: BoolMask) -> "FoldFrame":
    """The square on which ``mask`` (H, W) bool is folded, with the centroid in its middle."""
    rows, columns = np.nonzero(mask)
    row, column = rows.mean(), columns.mean()
    radius = float(np.sqrt(((rows - row) ** 2 + (columns - column) ** 2).max())) + 1.5
    scale = min(1.0, _FOLD_SIZE_PX / (2.0 * radius))
    middle = scale * radius
    size = int(np.ceil(2.0 * middle)) + 1
    onto = np.array([[scale, 0.0, middle - scale * column], [0.0, scale, middle - scale * row]])
    centre_shift = (size - 1) / 2.0 - middle
    onto[:, 2] += centre_shift
    return FoldFrame(scale, size, onto, (float(column), float(row)))


@dataclass(frozen=True)
class FoldFrame:
    """Where a lesion lies on a square that holds it at every rotation."""

    scale: float
    """Pixels of the square per pixel of the mask, at most 1."""
    size_px: int
    onto: NDArray[np.float64]
    """(2, 3) affine map from the mask to the square."""
    centroid_xy: tuple[float, float]
    """Of the mask, pixel centres."""

    def framed(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """``values`` (H, W) or (H, W, 3) float32 of the mask's size, as they lie on the square."""
        if self.scale < 1.0:
            # Blurring first lets the bilinear warp see all pixels, as area averaging would.
            values = cv2.GaussianBlur(values, (0, 0), 0.4 / self.scale).astype(np.float32)
        return cv2.warpAffine(values, self.onto, (self.size_px, self.size_px)).astype(np.float32)


def mirrored(square: NDArray[np.float32], angle_deg: int) -> NDArray[np.float32]:
    """A square (N, N) or (N, N, 3) folded over the axis through its middle at an angle of ``Asymmetry``."""
    middle = (square.shape[0] - 1) / 2.0
    # Rows grow downwards, hence the negative sine.
    cos2, sin2 = np.cos(2 * np.radians(angle_deg)), -np.sin(2 * np.radians(angle_deg))
    mirror = np.array([[cos2, sin2, 0.0], [sin2, -cos2, 0.0]])
    mirror[:, 2] = middle - mirror[:, :2] @ np.array([middle, middle])
    return cv2.warpAffine(square, mirror, square.shape[1::-1]).astype(np.float32)


def fold_asymmetry(square: NDArray[np.float32], angle_deg: int) -> float:
    """1 - IoU of a coverage (N, N) float32 in [0, 1] and its mirror image over an axis."""
    other_half = mirrored(square, angle_deg)
    together = np.minimum(square, other_half).sum()
    either = np.maximum(square, other_half).sum()
    return float(1.0 - together / either)
