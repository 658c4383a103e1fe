"""Finds ticks at equal distances in a profile along a line."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST_TICKS: Final = 7
"""Fewer can stand at equal distances by chance."""

_LEAST_DISTANCE_PX: Final = 4.0
_FINENESS: Final = 4
"""Zero-padding of the spectrum, at least, so that a frequency between two others is not missed."""
_LEAST_STRENGTH: Final = 0.3
"""Of a frequency, where ticks without width at equal distances have 1; regular ticks are not weaker."""
_MOST_SPREAD: Final = 0.12
"""Of the distance: how far ticks may lie beside their places (root mean square)."""
_BRIGHTEST_SHARE: Final = 0.5
"""Of the median tick: a tick that is fainter is missing."""

_Profile = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RegularTicks:
    """Where ticks at equal distances are along a line."""

    places_px: tuple[float, ...]
    """Of the ticks that are there, from the start of the profile, in order."""
    distance_px: float
    confidence: float
    """In [0, 1]: the share of ticks that are there, times how regular and how distinct they are."""


def regular_ticks(profile: NDArray[np.float32]) -> RegularTicks | None:
    """Return the ticks in a profile (length,) of levels >= 0; None when there are none at equal distances."""
    levels = _levelled(profile)
    if levels is None:
        return None
    frequency = _lowest_strong_frequency(levels)
    if frequency is None:
        return None
    return _measured(levels, 1 / frequency)


def _levelled(profile: NDArray[np.float32]) -> _Profile | None:
    """Return a profile with what is common to all of it taken off, and nothing darker than a typical tick."""
    levels = np.maximum(profile.astype(np.float64) - float(np.median(profile)), 0)
    typical = float(np.quantile(levels, 0.95))
    return None if typical < 4 else np.minimum(levels, typical) / typical


def _lowest_strong_frequency(levels: _Profile) -> float | None:
    """Return ticks per px: of narrow ticks all multiples are as strong, so the lowest one counts."""
    count = levels.size
    padded = 1 << (_FINENESS * count - 1).bit_length()
    strength = np.abs(np.fft.rfft(levels, padded)) / levels.sum()
    frequencies = np.fft.rfftfreq(padded)
    is_possible = (frequencies >= (LEAST_TICKS - 1) / count) & (frequencies <= 1 / _LEAST_DISTANCE_PX)
    strength = np.where(is_possible, strength, 0)
    if strength.max() < _LEAST_STRENGTH:
        return None
    is_peak = np.r_[False, (strength[1:-1] >= strength[:-2]) & (strength[1:-1] >= strength[2:]), False]
    strong = np.flatnonzero(is_peak & (strength >= 0.75 * strength.max()))
    return float(frequencies[strong[0]]) if strong.size else None


def _measured(levels: _Profile, distance_px: float) -> RegularTicks | None:
    phase = np.angle(np.sum(levels * np.exp(-2j * np.pi * np.arange(levels.size) / distance_px)))
    first = float(-phase / (2 * np.pi) * distance_px) % distance_px
    expected = np.arange(first, levels.size - 0.5, distance_px)
    places, heights = _peaks(levels, expected, distance_px)
    is_there = heights >= _BRIGHTEST_SHARE * float(np.median(heights))
    is_there &= heights > 0.2
    span = np.flatnonzero(is_there)
    if span.size < LEAST_TICKS:
        return None
    numbers = np.arange(expected.size)[is_there]
    start, step = np.polynomial.polynomial.polyfit(numbers, places[is_there], 1)
    spread = float(np.sqrt(np.mean(np.square(places[is_there] - start - step * numbers)))) / step
    between = _between(levels, start + step * np.arange(span[0], span[-1]), step)
    distinct = 1 - between / float(heights[is_there].mean())
    complete = span.size / (span[-1] - span[0] + 1)
    confidence = complete * max(0.0, 1 - spread / _MOST_SPREAD) * max(0.0, distinct)
    return RegularTicks(tuple(map(float, places[is_there])), float(step), float(confidence))


def _peaks(levels: _Profile, expected: _Profile, distance_px: float) -> tuple[_Profile, _Profile]:
    """Return place and height of the highest level within a third of the distance of each expected place."""
    reach = max(1, round(distance_px / 3))
    padded = np.pad(levels, reach + 1)
    places, heights = np.empty(expected.size), np.empty(expected.size)
    for number, middle in enumerate(np.rint(expected).astype(int)):
        peak = middle + int(np.argmax(padded[middle + 1 : middle + 2 * reach + 2])) - reach
        near = padded[peak + reach : peak + reach + 3]
        places[number] = peak + (near @ (-1, 0, 1)) / max(float(near.sum()), 1e-6)
        heights[number] = near[1]
    return places, heights


def _between(levels: _Profile, places: _Profile, distance_px: float) -> float:
    """Return the mean level in the middle third between each tick and the next."""
    shifts = np.linspace(1 / 3, 2 / 3, 5) * distance_px
    return float(np.interp(places[:, None] + shifts, np.arange(levels.size), levels).mean())
