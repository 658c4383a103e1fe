"""A few words on a dark plate over the image, for a layer that no colour bar explains."""

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from app.ui.editor.layers import BAND_RGB
from app.usecases.analysis.colour_scales import CASING_RGB

_PADDING, _SWATCH = 8.0, 12.0


def band_legend(lines: tuple[str, ...], font: QFont, device_pixel_ratio: float) -> QPixmap:
    """Draw lines of text beside a swatch of the band's colour."""
    metrics = QFontMetricsF(font)
    left = _PADDING + _SWATCH + 8
    width = math.ceil(left + max(metrics.horizontalAdvance(line) for line in lines) + _PADDING)
    height = math.ceil(metrics.lineSpacing() * len(lines) + 2 * _PADDING)
    pixmap = QPixmap(math.ceil(width * device_pixel_ratio), math.ceil(height * device_pixel_ratio))
    pixmap.setDevicePixelRatio(device_pixel_ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setFont(font)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(*CASING_RGB, 210))
    painter.drawRoundedRect(QRectF(0, 0, width, height), 5, 5)
    painter.setBrush(QColor(*BAND_RGB))
    painter.drawRoundedRect(QRectF(_PADDING, _PADDING + 1, _SWATCH, _SWATCH), 2, 2)
    painter.setPen(QColor(245, 246, 248))
    for number, line in enumerate(lines):
        top = _PADDING + number * metrics.lineSpacing()
        painter.drawText(QRectF(left, top, width - left, metrics.lineSpacing()), line)
    painter.end()
    return pixmap
