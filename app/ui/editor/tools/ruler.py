"""Ruler: drag between two points to read their distance; it stays until the next one or Escape."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPen

from app.translation import N_, _
from app.ui.editor.spaces import Placement, Point, length_mm, length_px
from app.ui.editor.tool_previews import CASING_COLOUR, LINE_COLOUR, draw_note
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType, ToolCanvas
from app.ui.editor.tools.tool import Tool


@dataclass(frozen=True, slots=True)
class RulerPreview:
    """A distance that is being measured."""

    from_xy: Point
    to_xy: Point

    @property
    def length_px(self) -> float:
        """Return the distance in image pixels."""
        return length_px(self.from_xy, self.to_xy)

    def text(self, mm_per_px: float | None) -> str:
        """Return the reading with its unit; millimetres only when the image is calibrated."""
        pixels = _("{length_px:.1f} px").format(length_px=self.length_px)
        if mm_per_px is None:
            return pixels
        return _("{length_mm:.2f} mm  ({pixels})").format(
            length_mm=length_mm(self.from_xy, self.to_xy, mm_per_px), pixels=pixels
        )

    def draw(self, painter: QPainter, placement: Placement, mm_per_px: float | None) -> None:
        """Draw the line with its reading."""
        start = QPointF(*placement.view_xy(self.from_xy))
        end = QPointF(*placement.view_xy(self.to_xy))
        for colour, width in ((CASING_COLOUR, 4.0), (LINE_COLOUR, 1.6)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(start, end)
            for tip in (start, end):
                painter.drawLine(tip - QPointF(5, 5), tip + QPointF(5, 5))
                painter.drawLine(tip - QPointF(5, -5), tip + QPointF(5, -5))
        draw_note(painter, self.text(mm_per_px), end + QPointF(10, -6))


def ruler(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Measure from the press to the pointer."""
    pointer = press
    while pointer.act is not PointerEventType.RELEASE:
        canvas.preview(RulerPreview(press.image_xy, pointer.image_xy))
        pointer = yield
    measured = RulerPreview(press.image_xy, pointer.image_xy)
    is_line = pointer.image_xy != press.image_xy
    canvas.preview(measured if is_line else None)
    return measured.length_px if is_line else None


RULER = Tool(
    "ruler",
    ruler,
    N_("Ruler"),
    N_("Drag between two points to read their distance"),
    icon="ruler",
    shortcut="M",
)
