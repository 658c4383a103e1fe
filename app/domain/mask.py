"""What changes in a mask: a box of pixels, and the reversible change of one box.

A patch is taken from a stroke's own box and packed, so that an unlimited history stays small.
"""

import hashlib
import zlib
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask

_FASTEST = 1
"""zlib level: packed masks are long runs, which the fastest level shrinks nearly as well as the best."""


@dataclass(frozen=True, slots=True)
class PixelBox:
    """Rows ``top <= row < bottom`` and columns ``left <= column < right`` of an image."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def whole(cls, shape: tuple[int, ...]) -> Self:
        """Return the box of a whole array (H, W)."""
        return cls(0, 0, shape[0], shape[1])

    @property
    def height(self) -> int:
        """Return the number of rows, 0 when empty."""
        return max(0, self.bottom - self.top)

    @property
    def width(self) -> int:
        """Return the number of columns, 0 when empty."""
        return max(0, self.right - self.left)

    @property
    def is_empty(self) -> bool:
        """Say whether no pixel lies in the box."""
        return self.height == 0 or self.width == 0

    @property
    def window(self) -> tuple[slice, slice]:
        """Return the index of the box in an array (H, W)."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def united(self, other: "PixelBox") -> "PixelBox":
        """Return the smallest box round both; an empty box adds nothing."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        return PixelBox(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def clipped(self, shape: tuple[int, ...]) -> "PixelBox":
        """Return the part of the box inside an array (H, W)."""
        return PixelBox(
            max(self.top, 0), max(self.left, 0), min(self.bottom, shape[0]), min(self.right, shape[1])
        )

    def grown(self, margin_px: int) -> "PixelBox":
        """Return the box with a margin on every side."""
        return PixelBox(
            self.top - margin_px, self.left - margin_px, self.bottom + margin_px, self.right + margin_px
        )

    def shifted(self, rows: int, columns: int) -> "PixelBox":
        """Return the box moved down and to the right."""
        return PixelBox(self.top + rows, self.left + columns, self.bottom + rows, self.right + columns)


EMPTY_BOX = PixelBox(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class MaskPatch:
    """A reversible change of one box; ``before`` and ``after`` are its rows as packed, deflated bits."""

    box: PixelBox
    before: bytes
    after: bytes

    def apply(self, mask: BoolMask) -> None:
        """Make the change in ``mask`` (H, W), in place."""
        mask[self.box.window] = _unpacked(self.after, self.box)

    def revert(self, mask: BoolMask) -> None:
        """Take the change back in ``mask`` (H, W), in place."""
        mask[self.box.window] = _unpacked(self.before, self.box)

    def followed_by(self, later: "MaskPatch", mask_after: BoolMask) -> "MaskPatch | None":
        """Return both changes as one; ``mask_after`` (H, W) is the mask as ``later`` left it.

        None when ``later`` takes everything back.
        """
        box = self.box.united(later.box)
        before = mask_after[box.window].copy()
        _write(before, box, later)
        _write(before, box, self)
        return _patch(before, mask_after[box.window], box)


def patch_between(before: BoolMask, after: BoolMask, box: PixelBox) -> MaskPatch | None:
    """Return what differs between two masks (H, W) within ``box``, or None when nothing does."""
    inside = box.clipped(before.shape)
    if inside.is_empty:
        return None
    return _patch(before[inside.window], after[inside.window], inside)


def packed_mask(mask: BoolMask) -> bytes:
    """Return a whole mask (H, W) as packed, deflated bits."""
    return zlib.compress(np.packbits(mask, axis=1).tobytes(), _FASTEST)


def unpacked_mask(packed: bytes, shape: tuple[int, int]) -> BoolMask:
    """Return the mask (H, W) that ``packed_mask`` packed.

    Raises:
        ValueError: the bits do not fill a mask of this shape.
    """
    return _unpacked(packed, PixelBox.whole(shape)).astype(np.bool_)


def mask_digest(mask: BoolMask) -> tuple[tuple[int, ...], bytes]:
    """Return what tells masks (H, W) apart; packed first, because there is an eighth to hash then."""
    return mask.shape, hashlib.blake2b(np.packbits(mask).tobytes()).digest()


def area_px(mask: BoolMask) -> int:
    """Return the number of lesion pixels of a mask (H, W)."""
    return int(np.count_nonzero(mask))


def _write(block: BoolMask, frame: PixelBox, patch: MaskPatch) -> None:
    """Put what was before a patch into ``block``, which shows ``frame``."""
    top, left = patch.box.top - frame.top, patch.box.left - frame.left
    block[top : top + patch.box.height, left : left + patch.box.width] = _unpacked(patch.before, patch.box)


def _patch(before: BoolMask, after: BoolMask, box: PixelBox) -> MaskPatch | None:
    """Compare packed rows (an eighth of the bytes), then keep the rows and bytes that differ."""
    old, new = np.packbits(before, axis=1), np.packbits(after, axis=1)
    changed = old ^ new
    rows = np.flatnonzero(changed.any(axis=1))
    if rows.size == 0:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(changed[top:bottom].any(axis=0))
    first, last = int(columns[0]), int(columns[-1]) + 1
    return MaskPatch(
        PixelBox(box.top + top, box.left + 8 * first, box.top + bottom, min(box.left + 8 * last, box.right)),
        zlib.compress(old[top:bottom, first:last].tobytes(), _FASTEST),
        zlib.compress(new[top:bottom, first:last].tobytes(), _FASTEST),
    )


def _unpacked(packed: bytes, box: PixelBox) -> NDArray[np.bool_]:
    try:
        content = zlib.decompress(packed)
    except zlib.error as error:
        raise ValueError("the packed bits of a mask cannot be inflated") from error
    rows = np.frombuffer(content, dtype=np.uint8).reshape(box.height, (box.width + 7) // 8)
    return np.unpackbits(rows, axis=1, count=box.width).view(np.bool_)
