"""A small badge that says the same thing three ways: by shape, by word and by colour."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.widgets.sides import Sides

_PAD_PX = 8
_GLYPH_PX = 11


class Shape(Enum):
    """The glyph before the word."""

    OCTAGON = "octagon"
    TRIANGLE = "triangle"
    CIRCLE = "circle"
    SQUARE = "square"


@dataclass(frozen=True)
class Badge:
    """What a badge shows; colours as #rrggbb."""

    text: str
    shape: Shape
    ground: str
    ink: str


def badge_size(badge: Badge, metrics: QFontMetrics) -> QSize:
    """Return the room a badge needs."""
    words = metrics.horizontalAdvance(badge.text) + _PAD_PX if badge.text else 0
    width = words + 2 * _PAD_PX + _GLYPH_PX
    return QSize(width, metrics.height() + 6)


def paint_badge(
    painter: QPainter,
    rect: QRect,
    badge: Badge,
    direction: Qt.LayoutDirection = Qt.LayoutDirection.LeftToRight,
) -> None:
    """Draw a badge into ``rect`` with the painter's font; the glyph stands where reading begins."""
    sides = Sides(direction, rect)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(badge.ground))
    painter.drawRoundedRect(QRectF(rect), rect.height() / 2, rect.height() / 2)
    painter.setBrush(QColor(badge.ink))
    top = rect.top() + (rect.height() - _GLYPH_PX) // 2
    glyph = sides.place(QRect(rect.left() + _PAD_PX, top, _GLYPH_PX, _GLYPH_PX))
    paint_shape(painter, QRectF(glyph), badge.shape)
    painter.setPen(QColor(badge.ink))
    words = sides.place(rect.adjusted(2 * _PAD_PX + _GLYPH_PX - 2, 0, 0, 0))
    side = sides.text_side(Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(words, int(side), badge.text)
    painter.restore()


def paint_shape(painter: QPainter, box: QRectF, shape: Shape) -> None:
    """Draw the glyph of a badge with the painter's brush."""
    if shape is Shape.CIRCLE:
        painter.drawEllipse(box)
    elif shape is Shape.SQUARE:
        painter.drawRect(box.adjusted(1, 1, -1, -1))
    elif shape is Shape.TRIANGLE:
        painter.drawPolygon(
            QPolygonF([QPointF(box.center().x(), box.top()), box.bottomRight(), box.bottomLeft()])
        )
    else:
        painter.drawPolygon(_octagon(box))


def _octagon(box: QRectF) -> QPolygonF:
    cut = box.width() * 0.29
    left, top, right, bottom = box.left(), box.top(), box.right(), box.bottom()
    corners = (
        (left + cut, top),
        (right - cut, top),
        (right, top + cut),
        (right, bottom - cut),
        (right - cut, bottom),
        (left + cut, bottom),
        (left, bottom - cut),
        (left, top + cut),
    )
    return QPolygonF([QPointF(x, y) for x, y in corners])


class BadgeLabel(QWidget):
    """A badge as a widget."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._badge: Badge | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def badge(self) -> Badge | None:
        """Return what is shown."""
        return self._badge

    def show_badge(self, badge: Badge | None) -> None:
        """Show a badge, or nothing."""
        self._badge = badge
        self.setAccessibleName(badge.text if badge else "")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room the badge needs."""
        return badge_size(self._badge, self.fontMetrics()) if self._badge else QSize(0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the badge."""
        if self._badge is not None:
            painter = QPainter(self)
            painter.setFont(self.font())
            paint_badge(painter, self.rect(), self._badge, self.layoutDirection())
