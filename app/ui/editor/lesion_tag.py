"""The number beside the outline of a lesion, so that lesions are never told apart by colour alone."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app.ui.editor.spaces import Placement, Point
from app.ui.editor.tool_previews import CASING_COLOUR

_DARK, _LIGHT = QColor(16, 18, 24), QColor(255, 255, 255)
_LIGHT_INK_BELOW = 140
"""Lightness of the ground (0 to 255) below which ink is light."""
_INSET_PX = 4.0


@dataclass(frozen=True, slots=True)
class LesionTag:
    """A number on a plate of the lesion's colour; the plate of the one in hand has a ring."""

    number: int
    line_rgb: tuple[int, int, int]
    image_xy: Point
    """Where the lesion reaches highest."""
    is_in_hand: bool
    is_of_interest: bool

    @property
    def text(self) -> str:
        """Return the number, with a star for the lesion of interest."""
        return f"{self.number} \N{BLACK STAR}" if self.is_of_interest else str(self.number)

    def draw(self, painter: QPainter, placement: Placement) -> None:
        """Draw the tag above its lesion, within the view."""
        metrics = QFontMetricsF(painter.font())
        width = metrics.horizontalAdvance(self.text) + 10
        height = metrics.height() + 3
        corner = QPointF(*placement.view_xy(self.image_xy)) - QPointF(width / 2, height + _INSET_PX)
        view = painter.viewport()
        left = min(max(corner.x(), _INSET_PX), view.width() - width - _INSET_PX)
        top = min(max(corner.y(), _INSET_PX), view.height() - height - _INSET_PX)
        plate = QRectF(left, top, width, height)
        colour = QColor(*self.line_rgb)
        painter.setBrush(colour)
        painter.setPen(QPen(_LIGHT if self.is_in_hand else CASING_COLOUR, 2.2 if self.is_in_hand else 1.0))
        painter.drawRoundedRect(plate, 4, 4)
        is_dark = 0.299 * colour.red() + 0.587 * colour.green() + 0.114 * colour.blue() < _LIGHT_INK_BELOW
        painter.setPen(_LIGHT if is_dark else _DARK)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self.text)
