"""How a point of one image is found in another image of the same lesion."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

_MIDDLE_OF_PIXEL = 0.5
"""Points are measured from the corner of the first pixel, indices from its middle."""


@dataclass(frozen=True, slots=True)
class ImageTransform:
    """Takes points (x, y) px of the earlier image to those of the later one.

    x' = xx x + xy y + x_px, y' = yx x + yy y + y_px; the first pixel of an image reaches from 0 to 1.
    """

    xx: float = 1.0
    xy: float = 0.0
    x_px: float = 0.0
    yx: float = 0.0
    yy: float = 1.0
    y_px: float = 0.0

    @classmethod
    def from_matrix(cls, matrix: NDArray[np.floating]) -> Self:
        """Return the transform of a matrix (2, 3)."""
        values = [float(value) for value in np.asarray(matrix, dtype=np.float64).reshape(6)]
        return cls(*values)

    @classmethod
    def from_index_matrix(cls, matrix: NDArray[np.floating]) -> Self:
        """Return the transform of a matrix (2, 3) between the indices of pixels."""
        values = np.asarray(matrix, dtype=np.float64)
        middle = np.full(2, _MIDDLE_OF_PIXEL)
        return cls.from_matrix(
            np.column_stack([values[:, :2], values[:, 2] + middle - values[:, :2] @ middle])
        )

    @property
    def matrix(self) -> NDArray[np.float64]:
        """Return the matrix (2, 3) float64, px."""
        return np.array([[self.xx, self.xy, self.x_px], [self.yx, self.yy, self.y_px]])

    @property
    def index_matrix(self) -> NDArray[np.float64]:
        """Return the matrix (2, 3) float64 between the indices of pixels, whose middles are whole numbers."""
        matrix = self.matrix
        middle = np.full(2, _MIDDLE_OF_PIXEL)
        matrix[:, 2] += matrix[:, :2] @ middle - middle
        return matrix

    @property
    def area_ratio(self) -> float:
        """Return how many times larger an area is in the later image; negative when it is mirrored."""
        return self.xx * self.yy - self.xy * self.yx

    @property
    def scale(self) -> float:
        """Return how many times longer a length is in the later image, in the mean over directions."""
        return math.sqrt(abs(self.area_ratio))

    @property
    def stretch(self) -> float:
        """Return the largest scale over the smallest one of all directions; 1 keeps every shape."""
        largest, smallest = np.linalg.svd(self.matrix[:, :2], compute_uv=False)
        return float(largest / smallest) if smallest > 0 else math.inf

    @property
    def turn_deg(self) -> float:
        """Return by how many degrees the later image is turned clockwise, in (-180, 180]."""
        return math.degrees(math.atan2(self.yx - self.xy, self.xx + self.yy))

    def of_points(self, points_xy: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return where points (N, 2) of the earlier image lie in the later one, (N, 2) float64 px."""
        matrix = self.matrix
        return np.asarray(points_xy, dtype=np.float64) @ matrix[:, :2].T + matrix[:, 2]

    def inverted(self) -> "ImageTransform":
        """Return the transform from the later image to the earlier one."""
        back = np.linalg.inv(self.matrix[:, :2])
        return ImageTransform.from_matrix(np.column_stack([back, -back @ self.matrix[:, 2]]))

    def between_sizes(
        self, earlier_ratio_xy: tuple[float, float], later_ratio_xy: tuple[float, float]
    ) -> "ImageTransform":
        """Return the transform between resized images, whose sides are so many times as long (x, y)."""
        matrix = self.matrix
        matrix[:, :2] /= np.asarray(earlier_ratio_xy)
        return ImageTransform.from_matrix(matrix * np.asarray(later_ratio_xy)[:, None])
