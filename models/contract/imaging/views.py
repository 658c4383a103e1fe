"""The eight views of a square crop (flips and quarter turns); the mean of their logits is the score.

The spread over the views says how much the score depends on how the camera was held.
"""

import numpy as np
from numpy.typing import NDArray

VIEW_COUNT = 8


def all_views(crop: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the views (8, 3, s, s) of a crop (3, s, s): quarter turns, then the mirror image's."""
    turned = [np.rot90(crop, quarter, axes=(1, 2)) for quarter in range(4)]
    mirrored = [np.rot90(crop[:, :, ::-1], quarter, axes=(1, 2)) for quarter in range(4)]
    return np.ascontiguousarray(np.stack([*turned, *mirrored]), dtype=np.float32)


def brought_back(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Undo the views on their maps (8, g, g), so that all eight lie as the crop does."""
    turned = [np.rot90(maps[index], -index) for index in range(4)]
    mirrored = [np.rot90(maps[4 + index], -index)[:, ::-1] for index in range(4)]
    return np.stack([*turned, *mirrored]).astype(np.float32)
