"""What is drawn over two compared images: boundaries, marks, the line of the swipe, which visit it is."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from app.domain.followup.marked_structure import MarkedStructure
from app.ui.editor.spaces import Placement
from app.usecases.analysis.colour_scales import LINE_RGB

_CASING = QColor(0, 0, 0, 150)
_WIDTH_PX = 1.8
_POINT_PX = 6.0
_MARGIN_PX = 10.0


def _pen(colour: QColor, style: Qt.PenStyle) -> QPen:
    pen = QPen(colour, _WIDTH_PX, style)
    pen.setCosmetic(True)
    return pen


EARLIER_PEN = _pen(QColor("#ffffff"), Qt.PenStyle.DashLine)
"""The boundary of the earlier visit: white and dashed, so that it is not told by colour alone."""
LATER_PEN = _pen(QColor(*LINE_RGB), Qt.PenStyle.SolidLine)
"""The boundary of the later visit, as on the other screens."""
_MARK_PEN = _pen(QColor("#ffd27a"), Qt.PenStyle.SolidLine)


def draw_outline(painter: QPainter, path: QPainterPath, placement: Placement, pen: QPen) -> None:
    """Draw a boundary, image px, with a dark rim that keeps it seen on light skin."""
    x, y = placement.offset_xy
    shown = QTransform().translate(x, y).scale(placement.scale, placement.scale).map(path)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for each in (_rim(pen), pen):
        painter.setPen(each)
        painter.drawPath(shown)


def draw_mark(painter: QPainter, mark: MarkedStructure, number: int, placement: Placement) -> None:
    """Draw a marked structure with its number."""
    centre = QPointF(*placement.view_xy((mark.x_px, mark.y_px)))
    is_point = mark.radius_x_px == 0 and mark.radius_y_px == 0
    across = _POINT_PX if is_point else mark.radius_x_px * placement.scale
    down = _POINT_PX if is_point else mark.radius_y_px * placement.scale
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (_rim(_MARK_PEN), _MARK_PEN):
        painter.setPen(pen)
        painter.drawEllipse(centre, across, down)
        if is_point:
            painter.drawPoint(centre)
    place = centre + QPointF(across + 3, -down)
    path = QPainterPath()
    path.addText(place, painter.font(), str(number))
    painter.strokePath(path, QPen(_CASING, 3))
    painter.fillPath(path, _MARK_PEN.color())


def draw_swipe_line(painter: QPainter, x: float, height: float) -> None:
    """Draw the line between the two images with a grip to drag."""
    for pen in (QPen(_CASING, 4), QPen(QColor("#ffffff"), 2)):
        painter.setPen(pen)
        painter.drawLine(QPointF(x, 0), QPointF(x, height))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor("#ffffff"))
    painter.setPen(QPen(_CASING, 1))
    painter.drawEllipse(QPointF(x, height / 2), 8, 8)


def draw_badge(painter: QPainter, text: str, pane: QRectF, *, at_right: bool = False) -> None:
    """Draw in a corner which visit is seen."""
    metrics = painter.fontMetrics()
    room = pane.width() * 0.45 if at_right else pane.width() - 2 * _MARGIN_PX - 16
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room))
    width, height = metrics.horizontalAdvance(shown) + 16.0, metrics.height() + 8.0
    left = pane.right() - width - _MARGIN_PX if at_right else pane.left() + _MARGIN_PX
    box = QRectF(left, pane.top() + _MARGIN_PX, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 165))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)


def _rim(pen: QPen) -> QPen:
    rim = QPen(_CASING, _WIDTH_PX + 2)
    rim.setCosmetic(True)
    return rim
