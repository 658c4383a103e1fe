"""A grid over the image, whose lines lie at round numbers of millimetres or pixels."""

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QColor, QPainter, QPen

from app.translation import _
from app.ui.editor.spaces import Placement

_CLOSEST = 48.0
"""Logical pixels of the view between two lines, at least."""
_STEPS = (1, 2, 5)
_DARK, _LIGHT = QColor(20, 24, 32, 110), QColor(255, 255, 255, 150)


@dataclass(frozen=True, slots=True)
class GridPitch:
    """How far two lines lie apart."""

    pitch_px: float
    """In image pixels."""
    words: str


def grid_pitch(view_px_per_image_px: float, mm_per_px: float | None) -> GridPitch:
    """Return the closest round distance at which lines can still be told apart in the view."""
    if mm_per_px is None:
        pitch = _round_above(_CLOSEST / view_px_per_image_px, smallest=1.0)
        return GridPitch(pitch, _("grid {pitch:.0f} px").format(pitch=pitch))
    pitch_mm = _round_above(_CLOSEST / view_px_per_image_px * mm_per_px, smallest=0.01)
    return GridPitch(pitch_mm / mm_per_px, _("grid {pitch_mm:g} mm").format(pitch_mm=pitch_mm))


def grid_lines(placement: Placement, shape: tuple[int, int], pitch_px: float) -> list[QLineF]:
    """Return the lines in the view, from the top left corner of an image of ``shape`` (H, W)."""
    height, width = shape
    ends = [
        ((n * pitch_px, 0.0), (n * pitch_px, float(height))) for n in range(1, _count(width, pitch_px) + 1)
    ]
    ends += [
        ((0.0, n * pitch_px), (float(width), n * pitch_px)) for n in range(1, _count(height, pitch_px) + 1)
    ]
    return [
        QLineF(QPointF(*placement.view_xy(first)), QPointF(*placement.view_xy(last))) for first, last in ends
    ]


def draw_grid(painter: QPainter, placement: Placement, shape: tuple[int, int], pitch_px: float) -> None:
    """Draw the grid, light on a dark rim, so that it is seen on pale and on dark skin."""
    lines = grid_lines(placement, shape, pitch_px)
    for colour, width in ((_DARK, 2.5), (_LIGHT, 1.0)):
        painter.setPen(QPen(colour, width))
        painter.drawLines(lines)


def _count(side_px: int, pitch_px: float) -> int:
    """How many lines lie within a side, without one on its far edge."""
    whole = int(side_px // pitch_px)
    return whole - 1 if whole * pitch_px >= side_px else whole


def _round_above(value: float, *, smallest: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, 50... times ``smallest`` that is not below ``value``."""
    power = smallest
    while True:
        for step in _STEPS:
            if step * power >= value:
                return round(step * power, 6)
        power *= 10
