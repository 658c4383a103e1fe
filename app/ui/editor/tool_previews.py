"""Drawings over the picture that are not part of the mask: outlines, the brush's circle, notes."""

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from app.ui.editor.raster import stamp_centre
from app.ui.editor.spaces import Placement, Point
from app.usecases.analysis.colour_scales import CASING_RGB, LINE_RGB

LINE_COLOUR = QColor(*LINE_RGB)
CASING_COLOUR = QColor(*CASING_RGB, 200)
_SUBTRACTING = QColor(255, 150, 110)
_INK = QColor(245, 246, 248)


class ToolPreview(Protocol):
    """What a tool shows while its gesture is under way."""

    def draw(self, painter: QPainter, placement: Placement, mm_per_px: float | None) -> None:
        """Draw over the picture; ``mm_per_px`` is None when the image is not calibrated."""
        ...


@dataclass(frozen=True, slots=True)
class OutlinePreview:
    """An outline that is not closed yet."""

    points_xy: tuple[Point, ...]
    is_subtracting: bool = False
    has_corners: bool = False

    def draw(self, painter: QPainter, placement: Placement, mm_per_px: float | None) -> None:
        """Draw the outline, and dotted how it would be closed."""
        points = [QPointF(*placement.view_xy(point)) for point in self.points_xy]
        colour = outline_colour(self.is_subtracting)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ink, width in ((CASING_COLOUR, 3.5), (colour, 1.5)):
            painter.setPen(QPen(ink, width))
            painter.drawPolyline(QPolygonF(points))
            painter.setPen(QPen(ink, width, Qt.PenStyle.DotLine))
            painter.drawLine(points[-1], points[0])
        if self.has_corners:
            _draw_dots(painter, points[:-1], colour)


@dataclass(frozen=True, slots=True)
class LivewirePreview:
    """A way along edges that is not closed yet, with the anchors that were clicked."""

    anchors_xy: tuple[Point, ...]
    path_xy: tuple[Point, ...]
    is_subtracting: bool = False

    def draw(self, painter: QPainter, placement: Placement, mm_per_px: float | None) -> None:
        """Draw the way, and a dot for every anchor."""
        path = [QPointF(*placement.view_xy(point)) for point in self.path_xy]
        colour = outline_colour(self.is_subtracting)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ink, width in ((CASING_COLOUR, 3.5), (colour, 1.5)):
            painter.setPen(QPen(ink, width))
            painter.drawPolyline(QPolygonF(path))
        _draw_dots(painter, [QPointF(*placement.view_xy(anchor)) for anchor in self.anchors_xy], colour)


def _draw_dots(painter: QPainter, points: list[QPointF], colour: QColor) -> None:
    painter.setPen(QPen(CASING_COLOUR, 1.5))
    painter.setBrush(colour)
    for point in points:
        painter.drawEllipse(point, 3.5, 3.5)


def outline_colour(is_subtracting: bool) -> QColor:
    """Return the colour of an outline that adds what it encloses, or takes it away."""
    return _SUBTRACTING if is_subtracting else LINE_COLOUR


def draw_brush(painter: QPainter, image_xy: Point, diameter_px: int, placement: Placement) -> None:
    """Draw the brush's circle at its true size, where it would stamp."""
    centre = QPointF(*placement.view_xy(stamp_centre(image_xy, diameter_px)))
    radius = diameter_px * placement.scale / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((CASING_COLOUR, 3.0), (_INK, 1.2)):
        painter.setPen(QPen(colour, width))
        if radius >= 2:
            painter.drawEllipse(centre, radius, radius)
        else:
            painter.drawLine(centre - QPointF(4, 0), centre + QPointF(4, 0))
            painter.drawLine(centre - QPointF(0, 4), centre + QPointF(0, 4))


def draw_note(painter: QPainter, text: str, at: QPointF) -> None:
    """Write a short text on a dark plate whose lower left corner is ``at``."""
    metrics = QFontMetricsF(painter.font())
    plate = QRectF(at.x(), at.y() - metrics.height() - 8, metrics.horizontalAdvance(text) + 12, 0)
    plate.setHeight(metrics.height() + 8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(CASING_COLOUR)
    painter.drawRoundedRect(plate, 4, 4)
    painter.setPen(_INK)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
