"""Dermoscopic structures that a boundary model may map, and what a map says of a whole image."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

STRUCTURES: Final = ("globules", "milia_like_cyst", "negative_network", "pigment_network", "streaks")
"""Those of ISIC 2018 Task 2, in the order of the maps."""

STRUCTURE_OVERLAYS: Final = {f"possible_{name}": place for place, name in enumerate(STRUCTURES)}
"""Names of the overlays that show a structure's map, with its place among the maps."""

_TOP_SHARE = 0.01


def presence_of(probabilities: NDArray[np.float32]) -> float:
    """How surely a structure is somewhere on the image: the mean of the surest hundredth of cells (h, w)."""
    cells = np.sort(probabilities.ravel())
    return float(cells[-max(1, round(_TOP_SHARE * len(cells))) :].mean())
