"""Area, longest diameter and score of a lesion over all its visits."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.followup.course import CoursePoint
from app.domain.ids import ImageId
from app.text.followup import CourseLine, course_lines, day_words

_BAND_PX = 78
_LEFT_PX, _RIGHT_PX = 8, 10
_POINT_PX = 3.5


class CourseChart(QWidget):
    """Small charts one below the other, over one axis of dates; the compared visits are filled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[CourseLine, ...] = ()
        self._compared: frozenset[ImageId] = frozenset()
        self._span: tuple[date, date] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_course(self, course: Sequence[CoursePoint], compared: frozenset[ImageId]) -> None:
        """Show a lesion's course; ``compared`` are the images that are looked at."""
        self.lines, self._compared = course_lines(course), compared
        days = [point.visited_on for point in course]
        self._span = (min(days), max(days)) if days else None
        self.setAccessibleName(
            "; ".join(
                f"{line.name}: "
                + ", ".join(f"{day_words(day)} {line.words(value)}" for day, value, _id in line.points)
                for line in self.lines
            )
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return a band for each line and the dates below."""
        return QSize(260, _BAND_PX * len(self.lines) + (self.fontMetrics().height() + 6 if self.lines else 0))

    def minimumSizeHint(self) -> QSize:
        """Ask for the whole height."""
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines and the first and last date."""
        if self._span is None or not self.lines:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, line in enumerate(self.lines):
            self._paint_line(painter, line, QRectF(0, number * _BAND_PX, self.width(), _BAND_PX))
        painter.setPen(self.palette().placeholderText().color())
        foot = QRectF(
            _LEFT_PX, self.height() - self.fontMetrics().height() - 2, 0, self.fontMetrics().height()
        )
        foot.setRight(self.width() - _RIGHT_PX)
        first, last = self._span
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, day_words(first))
        if last != first:
            painter.drawText(foot, Qt.AlignmentFlag.AlignRight, day_words(last))

    def _paint_line(self, painter: QPainter, line: CourseLine, band: QRectF) -> None:
        metrics, palette = self.fontMetrics(), self.palette()
        painter.setPen(palette.placeholderText().color())
        painter.drawText(QPointF(_LEFT_PX, band.top() + metrics.ascent() + 2), line.name)
        painter.setPen(palette.windowText().color())
        newest = line.words(line.points[-1][1])
        right = self.width() - _RIGHT_PX - metrics.horizontalAdvance(newest)
        painter.drawText(QPointF(right, band.top() + metrics.ascent() + 2), newest)
        area = band.adjusted(_LEFT_PX + _POINT_PX, metrics.height() + 8, -_RIGHT_PX - _POINT_PX, -8)
        painter.setPen(QPen(palette.mid().color(), 1))
        painter.drawLine(
            QPointF(_LEFT_PX, area.bottom() + 5), QPointF(self.width() - _RIGHT_PX, area.bottom() + 5)
        )
        places = [
            QPointF(self._x(day, area), y)
            for (day, _v, _i), y in zip(line.points, _heights(line, area), strict=True)
        ]
        painter.setPen(QPen(palette.highlight().color(), 1.6))
        painter.drawPolyline(places)
        for place, (_day, _value, image_id) in zip(places, line.points, strict=True):
            painter.setBrush(palette.highlight() if image_id in self._compared else palette.base())
            painter.drawEllipse(place, _POINT_PX, _POINT_PX)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _x(self, day: date, area: QRectF) -> float:
        first, last = self._span or (day, day)
        days = (last - first).days
        return area.center().x() if days == 0 else area.left() + area.width() * (day - first).days / days


def _heights(line: CourseLine, area: QRectF) -> list[float]:
    """Where the points lie: from nothing at the bottom to a little above the largest value."""
    largest = max(value for _day, value, _id in line.points) * 1.1 or 1.0
    return [area.bottom() - area.height() * value / largest for _day, value, _id in line.points]
