"""A scale from 0 to 100 % with a value, the range it moves in, and ticks."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.translation import _

_MARGIN_PX = 7
_BAR_PX = 8


@dataclass(frozen=True)
class Reading:
    """A probability with its range; all in [0, 1]."""

    value: float
    low: float
    high: float


class ProbabilityScale(QWidget):
    """Draws a reading on a scale; an earlier reading is drawn hollow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading: Reading | None = None
        self._before: Reading | None = None
        self._ticks: tuple[tuple[float, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_reading(
        self, reading: Reading | None, *, before: Reading | None, ticks: tuple[tuple[float, str], ...]
    ) -> None:
        """Show a reading, the one before it, and named ticks at probabilities."""
        self._reading, self._before, self._ticks = reading, before, ticks
        if reading is not None:
            self.setAccessibleName(
                _("{value:.0f} percent, from {low:.0f} to {high:.0f}").format(
                    value=100 * reading.value, low=100 * reading.low, high=100 * reading.high
                )
            )
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of the bar and its ticks' words."""
        return QSize(200, _BAR_PX + 14 + self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw bar, range, ticks and value."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(_MARGIN_PX, 6, self.width() - 2 * _MARGIN_PX, _BAR_PX)
        palette = self.palette()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.mid())
        painter.drawRoundedRect(bar, _BAR_PX / 2, _BAR_PX / 2)
        if self._reading is not None:
            self._paint_range(painter, bar, self._reading)
        self._paint_ticks(painter, bar)
        if self._before is not None:
            self._paint_mark(painter, bar, self._before.value, is_hollow=True)
        if self._reading is not None:
            self._paint_mark(painter, bar, self._reading.value, is_hollow=False)

    def _paint_range(self, painter: QPainter, bar: QRectF, reading: Reading) -> None:
        colour = QColor(self.palette().highlight().color())
        colour.setAlphaF(0.45)
        painter.setBrush(colour)
        left, right = _x(bar, reading.low), _x(bar, reading.high)
        painter.drawRoundedRect(QRectF(left, bar.top(), max(right - left, 2.0), bar.height()), 3, 3)

    def _paint_ticks(self, painter: QPainter, bar: QRectF) -> None:
        painter.setPen(QPen(self.palette().placeholderText().color(), 1))
        font = painter.font()
        font.setPointSizeF(max(font.pointSizeF() - 2, 7))
        painter.setFont(font)
        free_from = 0.0
        for at, word in sorted(self._ticks):
            x = _x(bar, at)
            painter.drawLine(QPointF(x, bar.top() - 3), QPointF(x, bar.bottom() + 3))
            width = painter.fontMetrics().horizontalAdvance(word)
            left = max(min(x - width / 2, self.width() - width), free_from)
            if left + width <= self.width() + 1:
                painter.drawText(QPointF(left, bar.bottom() + 4 + painter.fontMetrics().ascent()), word)
                free_from = left + width + 8

    def _paint_mark(self, painter: QPainter, bar: QRectF, value: float, *, is_hollow: bool) -> None:
        painter.setPen(QPen(self.palette().windowText().color(), 2))
        painter.setBrush(self.palette().base() if is_hollow else self.palette().windowText())
        painter.drawEllipse(QPointF(_x(bar, value), bar.center().y()), 5, 5)


def _x(bar: QRectF, probability: float) -> float:
    return bar.left() + bar.width() * min(max(probability, 0.0), 1.0)
