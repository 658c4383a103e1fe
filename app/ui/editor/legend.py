"""What explains the maps over the image: colour bars, and a few words on a plate for the band."""

import math
from collections.abc import Mapping

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from app.translation import N_, _
from app.ui.editor.colour_bar import colour_bar
from app.ui.editor.layers import BAND_RGB, Layer
from app.usecases.analysis.colour_scales import CASING_RGB, ColourScale

_PADDING, _SWATCH = 8.0, 12.0


_BAND_WORDS = (
    N_("Wide: the predicted boundary is uncertain here,"),
    N_("it moves when the image is flipped or turned."),
)


def map_legends(
    scales: Mapping[Layer, ColourScale], font: QFont, device_pixel_ratio: float, *, shows_band: bool
) -> list[QPixmap]:
    """Draw what explains the maps that are shown."""
    titles = {Layer.ATTENTION: _("Relevance"), Layer.PROBABILITY: _("Probability")}
    bars = [
        colour_bar(scales[layer], title, font, device_pixel_ratio)
        for layer, title in titles.items()
        if layer in scales
    ]
    band = [band_legend(tuple(map(_, _BAND_WORDS)), font, device_pixel_ratio)] if shows_band else []
    return [*bars, *band]


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
