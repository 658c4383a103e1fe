"""The colour bar of a map: which colour stands for which value."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QLinearGradient, QPainter, QPixmap

from app.translation import in_numerals
from app.usecases.analysis.colour_scales import CASING_RGB, ColourScale

_PLATE = QColor(*CASING_RGB, 210)
_INK = QColor(245, 246, 248)
_BAR_HEIGHT, _BAR_WIDTH, _PADDING = 120.0, 12.0, 8.0


def colour_bar(scale: ColourScale, title: str, font: QFont, device_pixel_ratio: float) -> QPixmap:
    """Draw a vertical colour bar with its title and three values on a dark plate."""
    metrics = QFontMetricsF(font)
    marks = _marks(scale)
    label_width = max(metrics.horizontalAdvance(text) for _, text in marks)
    width = math.ceil(max(metrics.horizontalAdvance(title), _BAR_WIDTH + 8 + label_width) + 2 * _PADDING)
    height = math.ceil(_BAR_HEIGHT + metrics.height() * 2.0 + 2 * _PADDING)
    pixmap = QPixmap(math.ceil(width * device_pixel_ratio), math.ceil(height * device_pixel_ratio))
    pixmap.setDevicePixelRatio(device_pixel_ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setFont(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_PLATE)
    painter.drawRoundedRect(QRectF(0, 0, width, height), 5, 5)
    painter.setPen(_INK)
    painter.drawText(QPointF(_PADDING, _PADDING + metrics.ascent()), title)
    bar = QRectF(_PADDING, _PADDING + metrics.height() * 1.5, _BAR_WIDTH, _BAR_HEIGHT)
    painter.fillRect(bar, _gradient(scale, bar))
    for value, text in marks:
        y = bar.bottom() - (value - scale.lowest) / (scale.highest - scale.lowest) * bar.height()
        painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 4, y))
        painter.drawText(QPointF(bar.right() + 8, y + metrics.ascent() / 2 - 1), text)
    painter.end()
    return pixmap


def _marks(scale: ColourScale) -> list[tuple[float, str]]:
    values = (scale.lowest, (scale.lowest + scale.highest) / 2, scale.highest)
    is_signed = scale.lowest < 0
    return [
        (value, in_numerals(f"{value:+.1f}" if is_signed and value else f"{value:.1f}")) for value in values
    ]


def _gradient(scale: ColourScale, bar: QRectF) -> QLinearGradient:
    gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
    for level in range(0, 256, 15):
        blue, green, red = (int(part) for part in scale.bgr[level])
        gradient.setColorAt(level / 255, QColor(red, green, blue))
    return gradient
