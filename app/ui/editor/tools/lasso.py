"""Lasso: what a freehand line encloses is added, or taken away with Alt or Ctrl."""

from app.ui.editor.raster import outline_spans
from app.ui.editor.tool_previews import OutlineSketch
from app.ui.editor.tools.gesture import Act, Gesture, Pointer, Sheet

_STEP_VIEW_PX = 1.0
"""Points closer than this on screen add nothing to the line."""


def lasso(sheet: Sheet, press: Pointer) -> Gesture:
    """Follow the pointer until it is released, then fill what the line encloses."""
    points_xy = [press.image_xy]
    while True:
        sheet.sketch(OutlineSketch(tuple(points_xy), is_subtracting=press.is_subtracting))
        pointer = yield
        if sheet.view_distance(points_xy[-1], pointer.image_xy) >= _STEP_VIEW_PX:
            points_xy.append(pointer.image_xy)
        if pointer.act is Act.RELEASE:
            break
    sheet.sketch(None)
    sheet.paint(outline_spans(points_xy, sheet.image_shape), value=not press.is_subtracting)
    sheet.finish("lasso")
