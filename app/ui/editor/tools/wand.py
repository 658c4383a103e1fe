"""Wand: press on a colour to take what looks like it; drag to the right to take more, release to keep it."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from app.translation import N_, _
from app.ui.editor.mask_operations.similar_colour import colour_distance
from app.ui.editor.spaces import Placement, Point
from app.ui.editor.step_label import StepLabel
from app.ui.editor.tool_previews import CASING_COLOUR, draw_note, outline_colour
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType, ToolCanvas
from app.ui.editor.tools.tool import Tool
from app.ui.editor.tools.tool_option import ToolOption

_WAND_STEP = StepLabel("wand", N_("wand"))
_TOLERANCE_PER_VIEW_PX = 0.1
_SMALL_SIDE_PX = 700
"""The drag works on a copy of the image whose longer side is at least this."""

TOLERANCE = ToolOption(
    "tolerance",
    N_("Tolerance"),
    N_("How far a colour may be from the one under the wand (difference in CIELAB)"),
    smallest=1,
    largest=60,
    first=12,
)


@dataclass(frozen=True, slots=True)
class WandPreview:
    """What the wand would take now, where it was pressed, and its tolerance."""

    image_xy: Point
    tolerance: float
    outlines_xy: tuple[tuple[Point, ...], ...]
    is_subtracting: bool

    def draw(self, painter: QPainter, placement: Placement, mm_per_px: float | None) -> None:
        """Draw the outline, and a cross with the tolerance beside it."""
        at = QPointF(*placement.view_xy(self.image_xy))
        path = QPainterPath()
        for outline_xy in self.outlines_xy:
            path.addPolygon(QPolygonF([QPointF(*placement.view_xy(point)) for point in outline_xy]))
            path.closeSubpath()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((CASING_COLOUR, 3.5), (outline_colour(self.is_subtracting), 1.5)):
            painter.setPen(QPen(colour, width))
            painter.drawPath(path)
            painter.drawLine(at - QPointF(6, 0), at + QPointF(6, 0))
            painter.drawLine(at - QPointF(0, 6), at + QPointF(0, 6))
        draw_note(
            painter, _("Tolerance {tolerance:.0f}").format(tolerance=self.tolerance), at + QPointF(12, -8)
        )


def wand(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Add the region of similar colour under the press, or with Alt or Ctrl take it away."""
    height, width = canvas.image_shape
    x, y = press.image_xy
    if not (0 <= x < width and 0 <= y < height):
        return None
    seed_share_xy = x / width, y / height
    distance = colour_distance(canvas.image_copy(_SMALL_SIDE_PX), seed_share_xy, canvas.image_shape)
    first, shown = canvas.option(TOLERANCE), -1.0
    pointer = press
    while True:
        dragged_px = pointer.view_xy[0] - press.view_xy[0]
        tolerance = TOLERANCE.bounded(first + _TOLERANCE_PER_VIEW_PX * dragged_px)
        if tolerance != shown:
            outlines_xy = tuple(
                tuple((x, y) for x, y in outline.tolist()) for outline in distance.outlines(tolerance)
            )
            canvas.preview(WandPreview(press.image_xy, tolerance, outlines_xy, press.is_subtracting))
            shown = tolerance
        if pointer.act is PointerEventType.RELEASE:
            break
        pointer = yield
    canvas.preview(None)
    canvas.set_option(TOLERANCE, tolerance)
    region = distance.region(tolerance)
    part = canvas.mask[region.box.window]
    canvas.paint_block(region.box, part & ~region.inside if press.is_subtracting else part | region.inside)
    canvas.finish(_WAND_STEP)
    return None


WAND = Tool(
    "wand",
    wand,
    N_("Wand"),
    N_(
        "Add what has the colour under the pointer; drag right for more, left for less; Ctrl or Alt subtracts"
    ),
    icon="wand",
    shortcut="W",
    step=_WAND_STEP,
    options=(TOLERANCE,),
)
