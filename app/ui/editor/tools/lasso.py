"""Lasso: what a freehand line encloses is added, or taken away with Alt or Ctrl."""

from app.translation import N_
from app.ui.editor.raster import outline_spans
from app.ui.editor.step_label import StepLabel
from app.ui.editor.tool_previews import OutlinePreview
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType, ToolCanvas, subtracting
from app.ui.editor.tools.tool import Tool

_LASSO_STEP = StepLabel("lasso", "lasso")
_STEP_VIEW_PX = 1.0
"""Points closer than this on screen add nothing to the line."""


def lasso(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Follow the pointer until it is released, then fill what the line encloses."""
    points_xy = [press.image_xy]
    while True:
        canvas.preview(OutlinePreview(tuple(points_xy), is_subtracting=press.is_subtracting))
        pointer = yield
        if canvas.view_distance(points_xy[-1], pointer.image_xy) >= _STEP_VIEW_PX:
            points_xy.append(pointer.image_xy)
        if pointer.act is PointerEventType.RELEASE:
            break
    canvas.preview(None)
    canvas.paint(outline_spans(points_xy, canvas.image_shape), value=not press.is_subtracting)
    canvas.finish(_LASSO_STEP)
    return None


LASSO_SUBTRACT = Tool(
    "lasso_subtract",
    subtracting(lasso),
    N_("Lasso, subtract"),
    N_("Take away what a freehand line encloses"),
    icon="lasso_subtract",
    shortcut="K",
    step=_LASSO_STEP,
    is_subtracting=True,
)
LASSO = Tool(
    "lasso",
    lasso,
    N_("Lasso, add"),
    N_("Add what a freehand line encloses; Ctrl or Alt takes it away"),
    icon="lasso_add",
    shortcut="L",
    step=_LASSO_STEP,
    eraser_end=LASSO_SUBTRACT,
)
