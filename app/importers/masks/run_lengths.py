"""Run lengths, in which many programs keep masks: how many pixels are outside, inside, outside ..."""

from collections.abc import Sequence
from typing import cast

import numpy as np

from app.domain.errors import InvalidFieldError
from app.translation import _
from models.contract.arrays import BoolMask

_FIRST_LETTER, _LAST_LETTER = 48, 111
"""A compressed run length is written in letters of six bits from "0" on."""
_MORE, _SIGN, _BITS = 0x20, 0x10, 0x1F
_MOST_LETTERS = 7
"""Of one run length: 35 bits."""


def uncompressed(letters: str) -> list[int]:
    """Return the run lengths that COCO's compressed text stands for; raises InvalidFieldError.

    Each length is written in groups of five bits, the lowest first; from the fourth on it is the difference
    to the length two before.
    """
    counts: list[int] = []
    value, at = 0, 0
    for letter in letters:
        if not _FIRST_LETTER <= ord(letter) <= _LAST_LETTER or at >= _MOST_LETTERS:
            raise InvalidFieldError("mask", _("The compressed run lengths are damaged."))
        bits = ord(letter) - _FIRST_LETTER
        value |= (bits & _BITS) << (5 * at)
        at += 1
        if bits & _MORE:
            continue
        if bits & _SIGN:
            value -= 1 << (5 * at)
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value, at = 0, 0
    if at:
        raise InvalidFieldError("mask", _("The compressed run lengths end in the middle of one."))
    return counts


def checked_counts(counts: Sequence[object], pixels: int) -> tuple[int, ...]:
    """Return run lengths of so many pixels; raises InvalidFieldError for others."""
    if not all(isinstance(count, int) and not isinstance(count, bool) and count >= 0 for count in counts):
        raise InvalidFieldError("mask", _("A run length is no whole number from 0."))
    checked = tuple(cast("int", count) for count in counts)
    if sum(checked) != pixels:
        raise InvalidFieldError(
            "mask",
            _("The run lengths cover {sum} pixels instead of {pixels}.").format(
                sum=sum(checked), pixels=pixels
            ),
        )
    return checked


def mask_of_runs(counts: Sequence[int]) -> BoolMask:
    """Return the pixels of run lengths in their order, (N,) bool."""
    is_inside = np.arange(len(counts)) % 2 == 1
    return np.repeat(is_inside, counts)
