"""Drawings over the picture that are not part of the mask: outlines, ruler, brush circle."""

from dataclasses import dataclass
from typing import TypeAlias

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from app.ui.editor.raster import stamp_centre
from app.ui.editor.spaces import Placement, Point, length_mm, length_px
from app.usecases.analysis.colour_scales import CASING_RGB, LINE_RGB

_LINE = QColor(*LINE_RGB)
_CASING = QColor(*CASING_RGB, 200)
_SUBTRACTING = QColor(255, 150, 110)
_INK = QColor(245, 246, 248)


@dataclass(frozen=True, slots=True)
class OutlinePreview:
    """A lasso or polygon on its way."""

    points_xy: tuple[Point, ...]
    is_subtracting: bool = False
    has_corners: bool = False


@dataclass(frozen=True, slots=True)
class RulerPreview:
    """A distance that is being measured."""

    from_xy: Point
    to_xy: Point


ToolPreview: TypeAlias = OutlinePreview | RulerPreview


def draw_preview(
    painter: QPainter, preview: ToolPreview, placement: Placement, mm_per_px: float | None
) -> None:
    """Draw a tool's sketch; lengths are in millimetres only when the image is calibrated."""
    if isinstance(preview, OutlinePreview):
        _draw_outline(painter, preview, placement)
    else:
        _draw_ruler(painter, preview, placement, mm_per_px)


def length_text(preview: RulerPreview, mm_per_px: float | None) -> str:
    """Return a ruler's reading with its unit."""
    pixels = f"{length_px(preview.from_xy, preview.to_xy):.1f} px"
    if mm_per_px is None:
        return pixels
    return f"{length_mm(preview.from_xy, preview.to_xy, mm_per_px):.2f} mm  ({pixels})"


def draw_brush(painter: QPainter, image_xy: Point, diameter_px: int, placement: Placement) -> None:
    """Draw the brush's circle at its true size, where it would stamp."""
    centre = QPointF(*placement.view_xy(stamp_centre(image_xy, diameter_px)))
    radius = diameter_px * placement.scale / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((_CASING, 3.0), (_INK, 1.2)):
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
    painter.setBrush(_CASING)
    painter.drawRoundedRect(plate, 4, 4)
    painter.setPen(_INK)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def _draw_outline(painter: QPainter, preview: OutlinePreview, placement: Placement) -> None:
    points = [QPointF(*placement.view_xy(point)) for point in preview.points_xy]
    colour = _SUBTRACTING if preview.is_subtracting else _LINE
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, width in ((_CASING, 3.5), (colour, 1.5)):
        painter.setPen(QPen(ink, width))
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(QPen(ink, width, Qt.PenStyle.DotLine))
        painter.drawLine(points[-1], points[0])
    if preview.has_corners:
        painter.setPen(QPen(_CASING, 1.5))
        painter.setBrush(colour)
        for point in points[:-1]:
            painter.drawEllipse(point, 3.5, 3.5)


def _draw_ruler(
    painter: QPainter, preview: RulerPreview, placement: Placement, mm_per_px: float | None
) -> None:
    start = QPointF(*placement.view_xy(preview.from_xy))
    end = QPointF(*placement.view_xy(preview.to_xy))
    for colour, width in ((_CASING, 4.0), (_LINE, 1.6)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(start, end)
        for tip in (start, end):
            painter.drawLine(tip - QPointF(5, 5), tip + QPointF(5, 5))
            painter.drawLine(tip - QPointF(5, -5), tip + QPointF(5, -5))
    draw_note(painter, length_text(preview, mm_per_px), end + QPointF(10, -6))
