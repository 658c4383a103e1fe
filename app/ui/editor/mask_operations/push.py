"""A mask moved as with a finger: what lies under the brush follows it, most in the middle, not at the rim.

The way from the rim to the middle is smooth, so a boundary bends and does not tear (the shift of "forward
warping" tools; Gustafsson 1993). Coverage is kept in 256 levels, so that many small moves add up.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain.mask import PixelBox
from models.contract.arrays import BoolMask

_LONGEST_MOVE = 0.35
"""Of the radius: longer ways are gone in several moves, each of which keeps the map one to one."""

_Coordinates = NDArray[np.float32]


class PushedMask:
    """A mask (H, W) that is pushed about; it never changes the array that it began with."""

    def __init__(self, mask: BoolMask, diameter_px: float) -> None:
        self._cover: NDArray[np.uint8] = mask.view(np.uint8) * np.uint8(255)
        self._radius_px = max(diameter_px / 2, 1.0)
        reach = math.ceil(self._radius_px) + 1
        self._side = 2 * reach + 1
        along = np.arange(-reach, reach + 1, dtype=np.float32)
        square = (along[:, None] ** 2 + along[None, :] ** 2) / np.float32(self._radius_px**2)
        self._strength: _Coordinates = np.square(np.maximum(1 - square, 0), dtype=np.float32)
        # Written anew by every move: to ask for so much memory each time would take longer than the move.
        self._columns, self._rows = np.empty_like(self._strength), np.empty_like(self._strength)

    def push(
        self, from_xy: tuple[float, float], to_xy: tuple[float, float]
    ) -> list[tuple[PixelBox, BoolMask]]:
        """Move what lies under the brush along a way; return what changed: boxes with their pixels (h, w)."""
        dx, dy = to_xy[0] - from_xy[0], to_xy[1] - from_xy[1]
        moves = max(1, math.ceil(math.hypot(dx, dy) / (_LONGEST_MOVE * self._radius_px)))
        changed = []
        for move in range(moves):
            share = (move + 1) / moves
            at_xy = from_xy[0] + share * dx, from_xy[1] + share * dy
            changed += self._moved(at_xy, (dx / moves, dy / moves))
        return changed

    def _moved(
        self, at_xy: tuple[float, float], by_xy: tuple[float, float]
    ) -> list[tuple[PixelBox, BoolMask]]:
        top = math.floor(at_xy[1]) - self._side // 2
        left = math.floor(at_xy[0]) - self._side // 2
        brush = PixelBox(top, left, top + self._side, left + self._side)
        box = brush.clipped(self._cover.shape)
        if box.is_empty:
            return []
        margin = math.ceil(max(abs(by_xy[0]), abs(by_xy[1]))) + 1
        source = box.grown(margin).clipped(self._cover.shape)
        part = np.s_[box.top - top : box.bottom - top, box.left - left : box.right - left]
        strength = self._strength[part]
        columns = np.multiply(strength, np.float32(-by_xy[0]), out=self._columns[part])
        columns += np.arange(box.left, box.right, dtype=np.float32) - np.float32(source.left)
        rows = np.multiply(strength, np.float32(-by_xy[1]), out=self._rows[part])
        rows += (np.arange(box.top, box.bottom, dtype=np.float32) - np.float32(source.top))[:, None]
        moved = cv2.remap(
            self._cover[source.window], columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        self._cover[box.window] = moved
        return [(box, np.asarray(np.asarray(moved) >= 128, dtype=np.bool_))]
