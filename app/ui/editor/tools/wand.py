"""Wand: press on a colour to take what looks like it; drag to the right to take more, release to keep it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF, QTransform

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
_FEW_ELEMENTS = 120
"""Of an outline: one of more, round speckled skin, would take too long to draw as finely during a drag."""

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
    outline: QPainterPath
    """Round what would be taken, in the image."""
    is_subtracting: bool

    def draw(self, painter: QPainter, placement: Placement, mm_per_px: float | None) -> None:
        """Draw the outline, and a cross with the tolerance beside it."""
        at = QPointF(*placement.view_xy(self.image_xy))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        is_intricate = self.outline.elementCount() > _FEW_ELEMENTS
        line = (outline_colour(self.is_subtracting), 1.0 if is_intricate else 1.5, True)
        for colour, width, is_smooth in ((CASING_COLOUR, 3.5, not is_intricate), line):
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, is_smooth)
            painter.setTransform(_to_view(placement), True)
            painter.drawPath(self.outline)
            painter.restore()
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
            outline = _path(distance.outlines(tolerance))
            canvas.preview(WandPreview(press.image_xy, tolerance, outline, press.is_subtracting))
            shown = tolerance
        if pointer.act is PointerEventType.RELEASE:
            break
        pointer = yield
    canvas.preview(None)
    canvas.set_option(TOLERANCE, tolerance)
    region = distance.region(tolerance)
    canvas.paint_block(region.box, region.merged_into(canvas.mask, is_subtracting=press.is_subtracting))
    canvas.finish(_WAND_STEP, is_exact=True)
    return None


def _path(outlines_xy: list[NDArray[np.float64]]) -> QPainterPath:
    path = QPainterPath()
    for outline_xy in outlines_xy:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in outline_xy.tolist()]))
        path.closeSubpath()
    return path


def _to_view(placement: Placement) -> QTransform:
    """The placement of the image as the painter takes it."""
    origin, right, down = (placement.view_xy(point) for point in ((0, 0), (1, 0), (0, 1)))
    return QTransform(
        right[0] - origin[0],
        right[1] - origin[1],
        down[0] - origin[0],
        down[1] - origin[1],
        origin[0],
        origin[1],
    )


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
