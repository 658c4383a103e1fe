"""Brush and eraser: a round stamp drawn along the pointer's way, or with Shift straight to where it is."""

from app.translation import N_
from app.ui.editor.raster import brush_spans
from app.ui.editor.step_label import StepLabel
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType, ToolCanvas
from app.ui.editor.tools.tool import Tool
from app.ui.editor.tools.tool_option import BRUSH_SIZE

_BRUSH_STROKE = StepLabel("brush", N_("brush stroke"))
_ERASER_STROKE = StepLabel("eraser", N_("eraser stroke"))


def brush(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Add to the mask; with Alt or Ctrl held at the press, take away."""
    return _stroke(canvas, press, adds=not press.is_subtracting)


def eraser(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Take away from the mask; with Alt or Ctrl held at the press, add."""
    return _stroke(canvas, press, adds=press.is_subtracting)


def _stroke(canvas: ToolCanvas, press: Pointer, *, adds: bool) -> Gesture:
    last_xy = press.image_xy
    pointer = press
    while True:
        if press.is_straight:
            canvas.start_over()
        diameter_px = max(1, round(canvas.brush_diameter_px * pointer.pressure))
        spans = brush_spans(last_xy, pointer.image_xy, diameter_px, canvas.image_shape)
        canvas.paint(spans, value=adds)
        if not press.is_straight:
            last_xy = pointer.image_xy
        if pointer.act is PointerEventType.RELEASE:
            canvas.finish(_BRUSH_STROKE if adds else _ERASER_STROKE)
            return None
        pointer = yield


BRUSH = Tool(
    "brush",
    brush,
    N_("Brush"),
    N_("Paint the lesion; Ctrl or Alt takes away, Shift draws straight"),
    icon="brush",
    shortcut="B",
    step=_BRUSH_STROKE,
    options=(BRUSH_SIZE,),
)
ERASER = Tool(
    "eraser",
    eraser,
    N_("Eraser"),
    N_("Take away from the lesion; Ctrl or Alt paints, Shift draws straight"),
    icon="eraser",
    shortcut="E",
    step=_ERASER_STROKE,
    options=(BRUSH_SIZE,),
    is_subtracting=True,
    adds_with_modifier=True,
)
