"""Asymmetry of outline and colour about two perpendicular axes, placed for the lowest count.

The A of the ABCD rule (Stolz) counts about how many of two perpendicular axes a lesion is asymmetric in
contour, colour or structure. Structure is not measured here. The two cuts are ours: no published ones exist.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.lesion.contour_geometry import (
    AXIS_STEP_DEG,
    FoldFrame,
    fold_asymmetry,
    fold_frame,
    mirrored,
)

OUTLINE_CUT: Final = 0.20
"""1 - IoU of the outline and its mirror image from which an axis counts as asymmetric."""
COLOUR_CUT: Final = 9.0
"""Mean distance of mirrored colours, L*a*b*, from which an axis counts as asymmetric."""


@dataclass(frozen=True)
class FoldedAxis:
    """How unlike the two halves of a lesion are about one axis."""

    angle_deg: float
    """0 is horizontal; angles grow counter-clockwise as seen on the screen."""
    outline: float
    """1 - IoU of the outline and its mirror image, in [0, 1]."""
    colour: float
    """Mean distance of mirrored colours, L*a*b*."""

    @property
    def is_asymmetric(self) -> bool:
        """Say whether outline or colour reach their cut."""
        return self.outline >= OUTLINE_CUT or self.colour >= COLOUR_CUT

    @property
    def excess(self) -> float:
        """The larger of both figures in units of its cut; tells two placements of one count apart."""
        return max(self.outline / OUTLINE_CUT, self.colour / COLOUR_CUT)


@dataclass(frozen=True)
class SymmetryAxes:
    """Two perpendicular axes through the centroid, placed for the lowest count."""

    centre_xy: tuple[float, float]
    """Centroid, continuous pixels of the image."""
    reach_px: float
    """From the centroid to the farthest pixel of the lesion."""
    axes: tuple[FoldedAxis, FoldedAxis]

    @property
    def asymmetric_count(self) -> int:
        """0, 1 or 2."""
        return sum(axis.is_asymmetric for axis in self.axes)


def symmetry_axes(colours: NDArray[np.float32], mask: BoolMask) -> SymmetryAxes:
    """Place two perpendicular axes for the lowest count of asymmetric ones, then for the least asymmetry.

    Args:
        colours: (H, W, 3) float32, L*a*b*, without hair and glare.
        mask: (H, W) bool, one region.
    """
    frame = fold_frame(mask)
    coverage = frame.framed(mask.astype(np.float32))
    # The lesion's own colours alone: skin that the blur would mix in is divided out.
    weighted = frame.framed(np.asarray(colours * mask[..., None], dtype=np.float32))
    shown = np.asarray(weighted / np.maximum(coverage, 1e-3)[..., None], dtype=np.float32)
    half_turn = range(0, 180, AXIS_STEP_DEG)
    axes = [
        FoldedAxis(float(angle), fold_asymmetry(coverage, angle), _colour_asymmetry(shown, coverage, angle))
        for angle in half_turn
    ]
    quarter = len(axes) // 2
    pairs = list(zip(axes[:quarter], axes[quarter:], strict=True))
    best = min(
        pairs, key=lambda pair: (sum(one.is_asymmetric for one in pair), sum(one.excess for one in pair))
    )
    column, row = frame.centroid_xy
    return SymmetryAxes((column + 0.5, row + 0.5), _reach_px(mask, frame), best)


def _count_and_excess(pair: tuple[FoldedAxis, FoldedAxis]) -> tuple[int, float]:
    return sum(axis.is_asymmetric for axis in pair), sum(axis.excess for axis in pair)


def _colour_asymmetry(shown: NDArray[np.float32], coverage: NDArray[np.float32], angle_deg: int) -> float:
    common = np.minimum(coverage, mirrored(coverage, angle_deg))
    common[common < 0.5] = 0.0
    if not common.any():
        return 0.0
    apart = np.linalg.norm(shown - mirrored(shown, angle_deg), axis=2)
    return float((apart * common).sum(dtype=np.float64) / common.sum(dtype=np.float64))


def _reach_px(mask: BoolMask, frame: FoldFrame) -> float:
    rows, columns = np.nonzero(mask)
    column, row = frame.centroid_xy
    return float(np.sqrt(((rows - row) ** 2 + (columns - column) ** 2).max()))
