"""Which values of a mask picture mean the lesion: 0 and 255, 0 and 1, two colours, or transparency.

The rule: the brighter of two shades, the shade that is not black of two colours, and what is opaque where the
transparency marks something. Two colours without black have no convention, so the frame decides: the lesion
is what does not fill it. Anything else is refused, because a guess would become somebody's signed boundary.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.errors import NoMaskError
from models.contract.imaging.mask_plausibility import marks_the_frame

Samples: TypeAlias = NDArray[Any]
"""(H, W) or (H, W, 3), integers or floats as they are stored."""

PLAIN = "black and white"
"""What most masks are, so that nobody needs to hear of it."""

_NO_MASK = "A mask has two shades only, one for skin and one for the lesion; this picture has more."
_MOST_LABELS = 16
_NARROW_RANGE = 32
"""Whole numbers within so few steps are labels, not shades."""
_NEAR = 0.125
"""Share of the range within which a shade counts as one of the two extremes: JPEG and smoothed edges."""
_MOST_BETWEEN = 0.05
_BROADEST_EDGE_PX = 9
_GREY_TOLERANCE = 8
"""Most difference of the channels of a grey picture that was a JPEG file."""
_WHITE = 255


@dataclass(frozen=True, slots=True)
class MaskReading:
    """A mask as it was understood."""

    mask: BoolMask
    """(H, W) bool, True inside the lesion."""
    taken_for: str
    """What the values were taken for, in words that complete 'read as'; ``PLAIN`` for the usual case."""


def reading_of(colours: Samples, alpha: Samples | None = None) -> MaskReading:
    """The mask in stored colours (H, W) or (H, W, 3) and, if there is one, transparency (H, W).

    Raises:
        NoMaskError: the picture is no mask, or does not say which part is the lesion.
    """
    if alpha is None or alpha.min() == alpha.max():
        return _by_colours(colours)
    opaque = _two_levels(alpha).mask
    by_alpha = MaskReading(opaque, "opaque = lesion")
    if _is_constant(colours[opaque]):
        return by_alpha
    try:
        by_colours = _by_colours(colours).mask
    except NoMaskError:
        # A photograph that was cut out: only its transparency can be the mask.
        return by_alpha
    if np.array_equal(by_colours, opaque) or np.array_equal(by_colours, ~opaque):
        return by_alpha
    raise NoMaskError(
        "Colours and transparency of the mask mark different things; save it without transparency."
    )


def _by_colours(colours: Samples) -> MaskReading:
    if colours.ndim == 2:
        return _two_levels(colours)
    grey = _grey(colours)
    if grey is not None:
        return _two_levels(grey)
    return _of_two_colours(colours)


def _grey(colours: Samples) -> Samples | None:
    """One channel of a picture without colour, else None."""
    lowest: Samples = colours.min(axis=2)
    highest: Samples = colours.max(axis=2)
    if np.array_equal(lowest, highest):
        return highest
    is_grey = colours.dtype == np.uint8 and int((highest - lowest).max()) <= _GREY_TOLERANCE
    # Of colours that dark or alike the difference is the marking, as 0 and 1 in one channel.
    return highest if is_grey and int(highest.max()) > 4 * _GREY_TOLERANCE else None


def _is_constant(samples: Samples) -> bool:
    return bool((samples == samples[:1]).all())


def _two_levels(values: Samples) -> MaskReading:
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise NoMaskError("The mask contains undefined values (NaN or infinity).")
    found = _distinct(values)
    low, high = found[0], found[-1]
    if len(found) == 1:
        whole = np.full(values.shape, bool(high != 0), dtype=np.bool_)
        return MaskReading(whole, PLAIN if high in (0, _WHITE) else f"{_word(high)} everywhere = lesion")
    if len(found) > 2:
        return MaskReading(_of_smooth_edges(values, found), "shades cut at the middle")
    mask = np.asarray(values == high, dtype=np.bool_)
    is_plain = low == 0 and high == _WHITE
    return MaskReading(mask, PLAIN if is_plain else f"{_word(low)} = skin, {_word(high)} = lesion")


def _distinct(values: Samples) -> Samples:
    if values.dtype == np.uint8:
        # Counting is several times faster than sorting.
        return np.flatnonzero(np.bincount(values.ravel(), minlength=256)).astype(np.int64)
    return np.unique(values)


def _of_smooth_edges(values: Samples, found: Samples) -> BoolMask:
    """Two extremes with shades between them only along edges, cut at the middle."""
    low, high = float(found[0]), float(found[-1])
    are_whole = bool((found == np.floor(found.astype(np.float64))).all())
    has_few_steps = high - low < _NARROW_RANGE and are_whole
    if has_few_steps and len(found) <= _MOST_LABELS:
        names = ", ".join(_word(value) for value in found)
        raise NoMaskError(f"The mask holds {len(found)} labels ({names}); save the lesion's alone.")
    near = _NEAR * (high - low)
    between = (values > low + near) & (values < high - near)
    if between.mean() > _MOST_BETWEEN or _is_broad(np.asarray(between)):
        raise NoMaskError(_NO_MASK)
    return np.asarray(values > (low + high) / 2, dtype=np.bool_)


def _is_broad(between: BoolMask) -> bool:
    block = np.ones((_BROADEST_EDGE_PX, _BROADEST_EDGE_PX), np.uint8)
    return bool(cv2.erode(between.astype(np.uint8), block, borderValue=(0,)).any())


def _of_two_colours(colours: Samples) -> MaskReading:
    flat = np.ascontiguousarray(colours).reshape(-1, colours.shape[2])
    if _is_constant(flat):
        whole = np.ones(colours.shape[:2], dtype=np.bool_)
        return MaskReading(whole, f"{_colour(flat[0])} everywhere = lesion")
    first = flat[0]
    is_other = (flat != first).any(axis=1)
    other = flat[int(np.argmax(is_other))]
    if not ((flat[is_other] == other).all()):
        raise NoMaskError(_NO_MASK)
    other_mask = is_other.reshape(colours.shape[:2])
    if not first.any():
        return MaskReading(other_mask, f"the colour {_colour(other)} on black = lesion")
    if not other.any():
        return MaskReading(~other_mask, f"the colour {_colour(first)} on black = lesion")
    fills = marks_the_frame(other_mask), marks_the_frame(~other_mask)
    if fills[0] == fills[1]:
        raise NoMaskError(
            f"The mask has the colours {_colour(first)} and {_colour(other)}, and nothing says which of them "
            "is the lesion; save it in black and white."
        )
    lesion, mask = (first, ~other_mask) if fills[0] else (other, other_mask)
    return MaskReading(mask, f"the colour {_colour(lesion)}, which does not fill the frame, = lesion")


def _colour(samples: Samples) -> str:
    return f"({', '.join(_word(value) for value in samples)})"


def _word(value: Any) -> str:  # noqa: ANN401 - any number that a file can hold
    return f"{float(value):g}"
