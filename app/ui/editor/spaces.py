"""Between the three spaces: view (logical pixels of the canvas), image (pixels) and millimetres.

A point ``image_xy`` is continuous: the pixel in row r, column c covers c <= x < c + 1, r <= y < r + 1, so
its centre is (c + 0.5, r + 0.5). View points follow the same rule.
"""

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

from app.translation import _

Point: TypeAlias = tuple[float, float]
"""(x, y) in the space its name says."""

_TURN = ((1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0))
"""Rotation by 0, 90, 180, 270 degrees clockwise (y points down): view = (a x + b y, c x + d y)."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an image lies in the view: turned clockwise, enlarged by ``scale``, then moved."""

    scale: float = 1.0
    """View pixels per image pixel."""
    quarter_turns: int = 0
    """0 to 3, clockwise; of the view only, never of the image."""
    offset_xy: Point = (0.0, 0.0)
    """Where the image's origin lies in the view."""

    def view_xy(self, image_xy: Point) -> Point:
        """Return where a point of the image is seen."""
        a, b, c, d = _TURN[self.quarter_turns]
        x, y = image_xy
        return (
            self.scale * (a * x + b * y) + self.offset_xy[0],
            self.scale * (c * x + d * y) + self.offset_xy[1],
        )

    def image_xy(self, view_xy: Point) -> Point:
        """Return the point of the image that is seen at a point of the view."""
        a, b, c, d = _TURN[self.quarter_turns]
        x = (view_xy[0] - self.offset_xy[0]) / self.scale
        y = (view_xy[1] - self.offset_xy[1]) / self.scale
        return (a * x + c * y, b * x + d * y)

    def enlarged(self, factor: float) -> "Placement":
        """Return the same placement in a view with ``factor`` times as many pixels."""
        x, y = self.offset_xy
        return replace(self, scale=self.scale * factor, offset_xy=(x * factor, y * factor))

    def moved(self, dx: float, dy: float) -> "Placement":
        """Return the placement moved by view pixels."""
        return replace(self, offset_xy=(self.offset_xy[0] + dx, self.offset_xy[1] + dy))

    def zoomed(self, scale: float, anchor_view_xy: Point) -> "Placement":
        """Return the placement at another scale, the image point under the anchor staying there."""
        return replace(self, scale=scale).anchored(self.image_xy(anchor_view_xy), anchor_view_xy)

    def turned(self, quarter_turns: int, anchor_view_xy: Point) -> "Placement":
        """Return the placement turned clockwise about a point of the view."""
        turned = replace(self, quarter_turns=(self.quarter_turns + quarter_turns) % 4)
        return turned.anchored(self.image_xy(anchor_view_xy), anchor_view_xy)

    def anchored(self, image_xy: Point, view_xy: Point) -> "Placement":
        """Return the placement moved so that a point of the image is seen at a point of the view."""
        now_x, now_y = self.view_xy(image_xy)
        return self.moved(view_xy[0] - now_x, view_xy[1] - now_y)

    def view_rect(self, left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
        """Return (left, top, right, bottom) in the view of an upright rectangle of the image."""
        x1, y1 = self.view_xy((left, top))
        x2, y2 = self.view_xy((right, bottom))
        return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def fitting(
    image_width_px: int, image_height_px: int, view_width: float, view_height: float, quarter_turns: int = 0
) -> Placement:
    """Return the placement that shows the whole image, centred, as large as it goes."""
    is_on_side = quarter_turns % 2 == 1
    width, height = (image_height_px, image_width_px) if is_on_side else (image_width_px, image_height_px)
    scale = max(min(view_width / width, view_height / height), 1e-6)
    return Placement(scale, quarter_turns).anchored(
        (image_width_px / 2, image_height_px / 2), (view_width / 2, view_height / 2)
    )


def pixel_at(image_xy: Point, shape: tuple[int, int]) -> tuple[int, int] | None:
    """Return the pixel (row, column) under a point of an image of ``shape`` (H, W); None beside the image."""
    row, column = math.floor(image_xy[1]), math.floor(image_xy[0])
    return (row, column) if 0 <= row < shape[0] and 0 <= column < shape[1] else None


def length_px(one_image_xy: Point, other_image_xy: Point) -> float:
    """Return the distance of two points of the image in image pixels."""
    return math.dist(one_image_xy, other_image_xy)


def length_words(pixels: float, mm_per_px: float | None) -> str:
    """Return a length in whole image pixels, with millimetres when the image is calibrated."""
    if mm_per_px is None:
        return _("{pixels:.0f} px").format(pixels=pixels)
    return _("{pixels:.0f} px = {length:.2f} mm").format(pixels=pixels, length=pixels * mm_per_px)


def length_mm(one_image_xy: Point, other_image_xy: Point, mm_per_px: float) -> float:
    """Return the distance of two points of the image in millimetres."""
    return length_px(one_image_xy, other_image_xy) * mm_per_px
