"""What lines of the work list and of the patient tree have in common when they are painted."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QStyle

from app.ui.theme import Theme
from app.ui.widgets.sides import Sides

_EDGE_PX = 3


def paint_ground(painter: QPainter, rect: QRect, state: QStyle.StateFlag, theme: Theme, sides: Sides) -> None:
    """Paint the ground of a line, marked where it is chosen or under the pointer, and the rule below it."""
    tokens = theme.tokens
    if state & QStyle.StateFlag.State_Selected:
        painter.fillRect(rect, QColor(tokens.selected))
        edge = sides.place(QRect(rect.left(), rect.top(), _EDGE_PX, rect.height()))
        painter.fillRect(edge, QColor(tokens.accent))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, QColor(tokens.hover))
    painter.setPen(QColor(tokens.border))
    painter.drawLine(rect.bottomLeft(), rect.bottomRight())


def paint_thumbnail(
    painter: QPainter, box: QRect, pixmap: QPixmap | None, ground: QColor, *, corner_px: int
) -> None:
    """Paint the middle of a picture into a square with round corners; plain ground while it is not there."""
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(box), corner_px, corner_px)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setClipPath(shape)
    painter.fillRect(box, ground)
    if pixmap is not None and not pixmap.isNull():
        side = min(pixmap.width(), pixmap.height())
        source = QRect((pixmap.width() - side) // 2, (pixmap.height() - side) // 2, side, side)
        painter.drawPixmap(box, pixmap, source)
    painter.restore()


def paint_text(
    painter: QPainter,
    rect: QRect,
    text: str,
    sides: Sides,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> int:
    """Paint one shortened line of text and return its width in px."""
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(rect.width(), 0))
    alignment = sides.text_side(side) | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(sides.place(rect), int(alignment), shown)
    return painter.fontMetrics().horizontalAdvance(shown)
