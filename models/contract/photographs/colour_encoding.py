"""Colours that a file describes by primaries and a transfer curve instead of an ICC profile, to sRGB.

ITU-T H.273 names the values of PNG's cICP; PNG 3 (W3C) says how gAMA and cHRM are meant.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import RgbImage

Primaries: TypeAlias = tuple[float, float, float, float, float, float, float, float]
"""CIE x and y of white, red, green and blue."""

Transfer: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""From stored values in [0, 1] to linear light in [0, 1]."""

D65: Final = (0.3127, 0.3290)
BT709: Final[Primaries] = (*D65, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060)
ADOBE_RGB_PRIMARIES: Final[Primaries] = (*D65, 0.640, 0.330, 0.210, 0.710, 0.150, 0.060)

_ROWS_AT_ONCE_PX: Final = 1_000_000
_BRADFORD: Final = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


@dataclass(frozen=True, slots=True)
class ColourEncoding:
    """What the numbers of an RGB picture mean."""

    name: str
    primaries: Primaries
    transfer: Transfer

    @property
    def note(self) -> tuple[str, str]:
        """The line of provenance for a picture that was converted."""
        return ("colour profile", f"converted from {self.name} to sRGB")

    def to_srgb(self, levels: NDArray[np.uint8] | NDArray[np.uint16]) -> RgbImage:
        """Return (H, W, 3) uint8 sRGB of (H, W, 3) levels that use the whole range of their type."""
        top = int(np.iinfo(levels.dtype).max)
        linear = self.transfer(np.arange(top + 1) / top).astype(np.float32)
        matrix = _linear_matrix(self.primaries).astype(np.float32)
        converted = np.empty(levels.shape, np.uint8)
        step = max(1, _ROWS_AT_ONCE_PX // levels.shape[1])
        for start in range(0, len(levels), step):
            light = linear[levels[start : start + step]] @ matrix.T
            converted[start : start + step] = np.rint(255 * srgb_encoded(np.clip(light, 0, 1)))
        return converted


def power(exponent: float) -> Transfer:
    """Return the curve of a plain power: 2.2 for most screens of old, 1 for linear light."""
    return lambda stored: np.power(stored, exponent)


def srgb_decoded(stored: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return linear light of sRGB values (IEC 61966-2-1)."""
    return np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)


def srgb_encoded(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return sRGB values of linear light in [0, 1]."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.power(light, 1 / 2.4) - 0.055)


ADOBE_RGB: Final = ColourEncoding("Adobe RGB (1998)", ADOBE_RGB_PRIMARIES, power(563 / 256))


def _linear_matrix(primaries: Primaries) -> NDArray[np.float64]:
    """Return what turns linear light of the primaries into that of sRGB, white into white."""
    source, target = _to_xyz(primaries), _to_xyz(BT709)
    cones_from, cones_to = (_BRADFORD @ matrix.sum(axis=1) for matrix in (source, target))
    adapted = np.linalg.inv(_BRADFORD) @ np.diag(cones_to / cones_from) @ _BRADFORD @ source
    return np.asarray(np.linalg.inv(target) @ adapted)


def _to_xyz(primaries: Primaries) -> NDArray[np.float64]:
    columns = [_xyz(*primaries[at : at + 2]) for at in (2, 4, 6)]
    matrix = np.stack(columns, axis=1)
    return np.asarray(matrix * np.linalg.solve(matrix, _xyz(*primaries[:2])))


def _xyz(x: float, y: float) -> NDArray[np.float64]:
    return np.array([x / y, 1.0, (1 - x - y) / y])
