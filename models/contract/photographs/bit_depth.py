"""Samples of any depth to 8 bits: which of their bits are used, integers and floating point."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.contract.errors import UnreadablePhotographError
from models.contract.photographs.stored_picture import Note

_ABOUT = "bit depth"
_PARTIAL_DEPTHS = (8, 10, 12, 14)
"""What cameras deliver in 16-bit files without scaling it up."""
_QUARTER = 0.25

_FLOAT_RANGES = ((0.0, 1), (_QUARTER * 255, 255), (_QUARTER * 65_535, 65_535))
"""Highest values from which on, and up to which, floating point was made of shares, 8 or 16 bits. No picture
of skin stays below a quarter of its range everywhere."""


def eight_bits(
    samples: NDArray[Any], *, bits: int, declared_top: int | None = None
) -> tuple[NDArray[np.uint8], tuple[Note, ...]]:
    """Return samples as uint8 of the whole range, and what was decided.

    Args:
        samples: any shape; unsigned or signed integers, or floating point.
        bits: significant bits of integers.
        declared_top: the highest value that the file says it has, as TIFF's MaxSampleValue.

    Raises:
        UnreadablePhotographError: negative or 32-bit values, or floating point of an unknown range.
    """
    if samples.dtype.kind == "f":
        return _from_floats(samples)
    if samples.dtype == np.uint8 and bits == 8:
        return np.ascontiguousarray(samples), ()
    if samples.size and (samples.min() < 0 or samples.max() > 65_535):
        raise UnreadablePhotographError(
            "The picture has 32-bit values; please export it with 8 or 16 bits per channel."
        )
    whole_bits = min(bits, 16) - (samples.dtype.kind == "i")
    top, note = _top(int(samples.max(initial=0)), whole_bits, declared_top)
    wide = samples.astype(np.uint32)
    return ((wide * 255 + top // 2) // top).astype(np.uint8), note


def used_bits(highest: int, bits: int) -> int:
    """Return the bits that samples up to ``highest`` use, ``bits`` unless the upper ones are plainly empty.

    No picture of skin stays below a quarter of its range everywhere: its brightest pixel would be almost
    black.
    """
    if bits < 16 or highest == 0:
        return bits
    return next((partial for partial in _PARTIAL_DEPTHS if highest < 1 << partial), bits)


def _top(highest: int, bits: int, declared_top: int | None) -> tuple[int, tuple[Note, ...]]:
    full = (1 << bits) - 1
    if declared_top is not None and highest <= declared_top < full and highest:
        return declared_top, ((_ABOUT, f"values up to {declared_top}, as declared, reduced to 8 bits"),)
    used = used_bits(highest, bits)
    if used < bits:
        return (1 << used) - 1, (
            (_ABOUT, f"only {used} of {bits} bits are used; brightness scaled to them, please check it"),
        )
    return full, ((_ABOUT, f"{bits} bits reduced to 8"),) if bits > 8 else ()


def _from_floats(values: NDArray[Any]) -> tuple[NDArray[np.uint8], tuple[Note, ...]]:
    if not np.isfinite(values).all():
        raise UnreadablePhotographError(
            "The picture contains undefined values (NaN or infinity) and cannot be shown."
        )
    lowest, highest = float(values.min()), float(values.max())
    top = next((top for least, top in _FLOAT_RANGES if least <= highest <= top), None)
    if lowest < 0 or top is None:
        raise UnreadablePhotographError(
            "The picture has floating-point values outside 0 to 1, so its brightness is unknown; "
            "please export it with 8 or 16 bits per channel."
        )
    words = "floating point reduced to 8 bits"
    if top > 1:
        words = f"floating point, shown from 0 to {top} because its values reach {highest:g}; please check it"
    return np.asarray(np.rint(values * (255 / top)), dtype=np.uint8), ((_ABOUT, words),)
