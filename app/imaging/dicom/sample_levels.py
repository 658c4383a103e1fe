"""Stored cells to values: which bits of a cell count (Bits Stored, High Bit), their sign, the true depth.

Every value becomes a level: 0 for the smallest that its bits can hold, so that signed and unsigned pictures
are treated alike from here on.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.imaging.dicom.codestream import Coding
from app.imaging.dicom.header import GREY, PALETTE, PixelHeader
from app.imaging.dicom.smoothness import is_conflicting
from app.imaging.dicom.stored_frame import Cells, Note, StoredFrame

_DEPTHS = (8, 10, 12, 14)
"""What cameras deliver; programs store them in 16 bits and do not always say so."""

_UNUSED_BITS = 2
"""With so many of its highest bits unused a picture is darker than any that was exposed for a lesion."""

_CONTRADICTION = ("bit depth", "the declared bits of a value contradict the picture; the picture is believed")


@dataclass(frozen=True, slots=True)
class Reading:
    """Which bits of a cell hold the value, and whether they are in two's complement."""

    lowest_bit: int
    bits: int
    is_signed: bool

    def levels(self, cells: Cells) -> Cells:
        """Return 0 .. 2**bits - 1, where a signed value of 0 lies in the middle."""
        dtype = cells.dtype.type
        shifted = cells >> dtype(self.lowest_bit) if self.lowest_bit else cells
        if self.bits < 8 * cells.dtype.itemsize:
            shifted = shifted & dtype((1 << self.bits) - 1)
        return shifted ^ dtype(1 << (self.bits - 1)) if self.is_signed else shifted


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels of ``bits`` bits, and how they were found."""

    levels: Cells
    bits: int
    is_signed: bool
    notes: tuple[Note, ...]

    @property
    def values(self) -> NDArray[np.int32]:
        """Return the values themselves, negative ones included: what a palette is asked with."""
        wide = self.levels.astype(np.int32)
        return wide - (1 << (self.bits - 1)) if self.is_signed else wide

    def eight_bits(self) -> NDArray[np.uint8]:
        """Return the levels scaled to 0 .. 255."""
        return _scaled(self.levels, self.bits)


def levels_of(frame: StoredFrame, header: PixelHeader) -> Levels:
    """Return the levels of a frame, by the header unless picture or codestream show that it is wrong."""
    declared, *others = _readings(frame, header)
    best, levels = declared, declared.levels(frame.cells)
    for other in others:
        alternative = other.levels(frame.cells)
        if is_conflicting(_scaled(levels, best.bits), otherwise=_scaled(alternative, other.bits)):
            best, levels = other, alternative
    notes = () if best == declared and not _is_moved(best, frame, header) else (_CONTRADICTION,)
    if header.photometric == PALETTE:
        return Levels(levels, best.bits, best.is_signed, notes)
    return _at_true_depth(Levels(levels, best.bits, best.is_signed, notes))


def _is_moved(reading: Reading, frame: StoredFrame, header: PixelHeader) -> bool:
    """Say whether values are taken from another place in their cells than High Bit declares."""
    has_room = header.bits_stored < frame.cell_bits
    return has_room and reading.lowest_bit + reading.bits != header.high_bit + 1


def _readings(frame: StoredFrame, header: PixelHeader) -> list[Reading]:
    """Return the declared reading, then those to think of where declarations are in doubt."""
    signs = _signs(frame, header)
    return [Reading(lowest, bits, sign) for lowest, bits in _windows(frame, header) for sign in signs]


def _windows(frame: StoredFrame, header: PixelHeader) -> list[tuple[int, int]]:
    """Return (lowest bit, bits), the most credible first."""
    whole, bits = (0, frame.cell_bits), header.bits_stored
    if bits >= frame.cell_bits:
        return [whole]
    used = int(np.bitwise_or.reduce(frame.cells, axis=None)) & ((1 << frame.cell_bits) - 1)
    occupied = (_lowest_bit(used, bits, frame.cell_bits), bits)
    declared = (header.high_bit + 1 - bits, bits)
    if not 0 <= declared[0] <= frame.cell_bits - bits or _is_too_high(declared, used):
        declared = occupied
    is_used_outside = used & ~(((1 << bits) - 1) << declared[0]) != 0
    return list(dict.fromkeys([declared, occupied, whole])) if is_used_outside else [declared]


def _lowest_bit(used: int, bits: int, cell_bits: int) -> int:
    """Return where values begin, by the bits in use: low bits that are never set are filling."""
    filling = (used & -used).bit_length() - 1 if used else 0
    return max(0, used.bit_length() - bits, min(filling, cell_bits - bits))


def _is_too_high(window: tuple[int, int], used: int) -> bool:
    """Say whether the upper bits of a window are empty while there are values below it."""
    lowest_bit, bits = window
    return used.bit_length() + _UNUSED_BITS <= lowest_bit + bits and used & ((1 << lowest_bit) - 1) != 0


def _signs(frame: StoredFrame, header: PixelHeader) -> list[bool]:
    """Return whether values are signed, the most credible first."""
    codestream = frame.codestream
    if codestream is not None and codestream.coding is Coding.JPEG:
        return [header.is_signed and header.photometric in GREY]
    if codestream is not None and codestream.is_signed not in (None, header.is_signed):
        return [header.is_signed, not header.is_signed]
    # Photographs are not signed (PS3.3 C.8.12.1.1), yet headers say so of values that are not.
    return [True, False] if header.is_signed and header.photometric != PALETTE else [header.is_signed]


def _at_true_depth(levels: Levels) -> Levels:
    """Take the depth from the values where they leave the highest declared bits unused."""
    lowest = 1 << (levels.bits - 1) if levels.is_signed else 0
    bits = levels.bits - 1 if levels.is_signed else levels.bits
    if bits <= _DEPTHS[0] + 1 or (levels.is_signed and int(levels.levels.min()) < lowest):
        return levels
    highest = int(levels.levels.max()) - lowest
    used = next((depth for depth in _DEPTHS if highest < 1 << depth), bits)
    if bits - used < _UNUSED_BITS:
        return levels
    note = (
        "bit depth",
        f"values of {levels.bits} bits use only {used}; brightness is taken from {used} bits",
    )
    lowered = levels.levels - levels.levels.dtype.type(lowest)
    if levels.is_signed:
        # The sign may stand at the top of the true bits.
        alternative = lowered ^ lowered.dtype.type(1 << (used - 1))
        if is_conflicting(_scaled(lowered, used), otherwise=_scaled(alternative, used)):
            lowered = alternative
    return Levels(lowered, used, is_signed=False, notes=(*levels.notes, note))


def _scaled(levels: Cells, bits: int) -> NDArray[np.uint8]:
    if bits == 8:
        return levels.astype(np.uint8)
    top = (1 << bits) - 1
    table = ((np.arange(top + 1, dtype=np.int64) * 255 + top // 2) // top).astype(np.uint8)
    return table[levels]
