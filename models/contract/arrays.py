"""Names for the arrays that cross package borders.

The rule, stated once: arrays are indexed (row, column), points are written (x, y), images are RGB uint8.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RgbImage: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) uint8, sRGB, upright."""

BoolMask: TypeAlias = NDArray[np.bool_]
"""(H, W) bool, True inside the lesion."""

ProbabilityMap: TypeAlias = NDArray[np.float32]
"""(H, W) float32 in [0, 1], the probability that a pixel belongs to the lesion."""

AttentionMap: TypeAlias = NDArray[np.float32]
"""(H, W) float32; signed relevance in [-1, 1] or unsigned in [0, 1], as its overlay says."""

ModelImage: TypeAlias = NDArray[np.float32]
"""(3, h, w) float32, ImageNet-normalised, at the size a network expects."""
