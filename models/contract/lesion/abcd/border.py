"""How abruptly a lesion's pigment ends in each eighth of its border.

The B of the ABCD rule (Stolz) counts the eighths in which the pigment pattern is cut off abruptly. On lines
across the outline the colour is followed from the lesion to the skin. A border is sharp where most of the
step happens within a narrow stretch, and where there is a step at all. The cuts are ours.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.lesion.contour_geometry import outer_contour

SECTOR_COUNT: Final = 8
SHARP_SHARE: Final = 0.64
"""Share of the step from lesion to skin within the narrow stretch, from which a sector counts as sharp."""
LEAST_STEP: Final = 14.0
"""Distance of the colours inside and outside, L*a*b*, below which nothing is cut off."""

_REACH_SHARE = 0.12
"""How far the lines reach to both sides of the outline, as a share of the diameter of the lesion's area."""
_NARROW_SHARE = 0.05
"""Length of the narrow stretch, as a share of the same diameter."""
_STEPS = 24
"""Samples along a line on each side of the outline."""
_MOST_LINES = 720
_NEIGHBOURS = 9
"""Lines that are averaged, so that grain is not taken for an edge; about one percent of the outline."""
_FEWEST_LINES = 3


@dataclass(frozen=True)
class BorderSector:
    """One eighth of the border, as seen from the centroid."""

    from_deg: float
    to_deg: float
    """Angles grow counter-clockwise as seen on the screen, 0 is to the right."""
    sharpness: float | None
    """Median share of the step within the narrow stretch, in [0, 1]; None where the frame cuts the lesion."""
    step: float | None
    """Median distance of the colours inside and outside, L*a*b*; 0 where the outside is darker."""

    @property
    def is_sharp(self) -> bool:
        """Say whether the pigment is cut off abruptly."""
        if self.sharpness is None or self.step is None:
            return False
        return self.sharpness >= SHARP_SHARE and self.step >= LEAST_STEP


@dataclass(frozen=True, eq=False)
class Border:
    """The outline of a lesion, in eighths."""

    outline_xy: NDArray[np.float64]
    """(N, 2) float64, the closed outline in order, continuous pixels of the image."""
    sector_by_point: NDArray[np.intp]
    """(N,) which sector a point belongs to."""
    sectors: tuple[BorderSector, ...]
    """Eight, counted from the right counter-clockwise as seen on the screen."""

    @property
    def sharp_count(self) -> int:
        """How many eighths are cut off abruptly, 0 to 8."""
        return sum(sector.is_sharp for sector in self.sectors)


def border_in_eighths(colours: NDArray[np.float32], mask: BoolMask) -> Border:
    """Follow the colour across the outline, and sum up by eighths.

    Args:
        colours: (H, W, 3) float32, L*a*b*, without hair and glare.
        mask: (H, W) bool, one region.
    """
    lines = _lines_across(mask)
    sharpness, step = _sharpness(
        _with_neighbours(_sampled(colours, lines.xy)), lines.spacing_px, lines.narrow_px
    )
    sectors = []
    for number in range(SECTOR_COUNT):
        of_sector = lines.sector == number
        here = of_sector & lines.is_inside
        is_known = np.count_nonzero(here) >= max(_FEWEST_LINES, np.count_nonzero(of_sector) / 2)
        sectors.append(
            BorderSector(
                from_deg=number * 360.0 / SECTOR_COUNT,
                to_deg=(number + 1) * 360.0 / SECTOR_COUNT,
                sharpness=float(np.median(sharpness[here])) if is_known else None,
                step=float(np.median(step[here])) if is_known else None,
            )
        )
    return Border(lines.xy[:, _STEPS].astype(np.float64) + 0.5, lines.sector, tuple(sectors))


@dataclass(frozen=True)
class _Lines:
    """Lines across the outline."""

    xy: NDArray[np.float32]
    """(N, 2 steps + 1, 2) float32, from inside to outside."""
    sector: NDArray[np.intp]
    """(N,) which eighth a line belongs to."""
    is_inside: NDArray[np.bool_]
    """(N,) whether the whole line lies within the window."""
    spacing_px: float
    narrow_px: float


def _lines_across(mask: BoolMask) -> _Lines:
    area = float(np.count_nonzero(mask))
    diameter = 2.0 * np.sqrt(area / np.pi)
    smooth = _smoothed(outer_contour(mask), max(1.0, 0.02 * diameter))
    chosen = smooth[:: max(1, len(smooth) // _MOST_LINES)]
    outward = _outward(mask, chosen, max(1.5, 0.03 * diameter))
    spacing = max(_REACH_SHARE * diameter / _STEPS, 0.25)
    along = np.arange(-_STEPS, _STEPS + 1) * spacing
    xy = chosen[:, None, :] + along[None, :, None] * outward[:, None, :]
    rows, columns = np.nonzero(mask)
    from_centre = chosen - np.array([columns.mean(), rows.mean()])
    # Rows grow downwards, angles counter-clockwise.
    angle = np.degrees(np.arctan2(-from_centre[:, 1], from_centre[:, 0])) % 360.0
    height, width = mask.shape
    inside = (xy >= 0).all(axis=(1, 2)) & (xy[..., 0] <= width - 1).all(axis=1)
    inside &= (xy[..., 1] <= height - 1).all(axis=1)
    sector = np.minimum((angle / (360.0 / SECTOR_COUNT)).astype(np.intp), SECTOR_COUNT - 1)
    return _Lines(xy.astype(np.float32), sector, inside, spacing, _NARROW_SHARE * diameter)


def _smoothed(contour: NDArray[np.float64], sigma_px: float) -> NDArray[np.float64]:
    """A closed contour without the staircase and small teeth, smoothed along its length."""
    frequency = np.fft.fftfreq(len(contour))
    damping = np.exp(-2.0 * (np.pi * sigma_px * frequency) ** 2)
    smooth = np.fft.ifft(np.fft.fft(contour[:, 0] + 1j * contour[:, 1]) * damping)
    return np.column_stack([smooth.real, smooth.imag])


def _outward(mask: BoolMask, points: NDArray[np.float64], sigma_px: float) -> NDArray[np.float64]:
    """Unit vectors across the outline, away from the lesion: down the slope of the blurred mask."""
    # Beyond the frame there is no lesion, so that a frame which cuts one is crossed outwards, too.
    beyond = int(np.ceil(3 * sigma_px)) + 2
    slope = cv2.GaussianBlur(np.pad(mask.astype(np.float32), beyond), (0, 0), sigma_px)
    down_x = -cv2.Sobel(slope, cv2.CV_32F, 1, 0, ksize=3)
    down_y = -cv2.Sobel(slope, cv2.CV_32F, 0, 1, ksize=3)
    at = (points + beyond).astype(np.float32)[:, None]
    down = np.dstack([down_x, down_y]).astype(np.float32)
    found = _sampled(down, at)[:, 0].astype(np.float64)
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9))


def _sampled(values: NDArray[np.float32], xy: NDArray[np.float32]) -> NDArray[np.float32]:
    """The values (N, S, C) of an array (H, W, C) under points (N, S, 2)."""
    found = cv2.remap(values, xy[..., 0], xy[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return found.astype(np.float32, copy=False)


def _with_neighbours(across: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each line (N, S, 3) averaged with those beside it, round the closed outline."""
    half = min(_NEIGHBOURS, len(across)) // 2
    closed = np.concatenate([across[-half:], across, across[:half]]) if half else across
    summed = np.cumsum(np.concatenate([np.zeros_like(closed[:1]), closed]), axis=0, dtype=np.float64)
    width = 2 * half + 1
    return ((summed[width:] - summed[:-width]) / width).astype(np.float32)


def _sharpness(
    across: NDArray[np.float32], spacing_px: float, narrow_px: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The share of the step within the narrow stretch, and the whole step, of each line (N, S, 3)."""
    third = across.shape[1] // 4
    inside, outside = across[:, :third].mean(axis=1), across[:, -third:].mean(axis=1)
    step = np.linalg.norm(outside - inside, axis=1).astype(np.float64)
    direction = (outside - inside) / np.maximum(step, 1e-6)[:, None]
    # How far along the way from lesion to skin each sample is, 0 to 1.
    way = ((across - inside[:, None]) * direction[:, None]).sum(axis=2) / np.maximum(step, 1e-6)[:, None]
    narrow = max(1, min(round(narrow_px / spacing_px), across.shape[1] - 1))
    climbs = way[:, narrow:] - way[:, :-narrow]
    # Pigment ends where the skin begins to be lighter; a dark frame round the image is no such end.
    step[outside[:, 0] <= inside[:, 0]] = 0.0
    return np.clip(climbs.max(axis=1), 0.0, 1.0).astype(np.float64), step
