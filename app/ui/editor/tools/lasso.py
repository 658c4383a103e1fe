"""Lasso: what a freehand line encloses is added, or taken away with Alt or Ctrl."""

from app.ui.editor.raster import outline_spans
from app.ui.editor.tool_previews import OutlinePreview
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType, ToolCanvas

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
    canvas.finish("lasso")
