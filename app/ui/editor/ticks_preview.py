"""The ticks of a printed ruler, drawn over the image so that a person sees what was found."""

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QColor, QPainter, QPen

from app.ui.editor.spaces import Placement, Point
from app.ui.editor.tool_previews import CASING_COLOUR

_COLOUR = QColor(90, 220, 255)
"""Unlike that of a boundary, which may lie over the ruler."""
_LENGTH = 14.0
"""Logical pixels, from just beyond the line that carries the ticks: the printed ticks stay visible."""
_SPACE = 3.0


@dataclass(frozen=True, slots=True)
class TicksPreview:
    """Ticks with the direction in which they stand on their line."""

    ticks_xy: tuple[Point, ...]
    across_xy: Point

    def draw(self, painter: QPainter, placement: Placement, mm_per_px: float | None) -> None:
        """Draw a stroke for every tick, on the other side of the line that carries them."""
        strokes = [self._stroke(placement, tick) for tick in self.ticks_xy]
        for colour, width in ((CASING_COLOUR, 4.5), (_COLOUR, 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawLines(strokes)

    def _stroke(self, placement: Placement, tick_xy: Point) -> QLineF:
        foot = QPointF(*placement.view_xy(tick_xy))
        beyond = placement.view_xy((tick_xy[0] - self.across_xy[0], tick_xy[1] - self.across_xy[1]))
        away = QLineF(foot, QPointF(*beyond)).unitVector().p2() - foot
        return QLineF(foot + away * _SPACE, foot + away * (_SPACE + _LENGTH))
