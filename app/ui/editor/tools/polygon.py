"""Polygon: click the corners; double click, Enter or a click on the first corner closes it."""

from app.ui.editor.raster import outline_spans
from app.ui.editor.spaces import Point
from app.ui.editor.tool_previews import OutlineSketch
from app.ui.editor.tools.gesture import Act, Gesture, Pointer, Sheet

_SAME_CORNER_VIEW_PX = 6.0
"""A click this close to the first corner means the first corner."""


def polygon(sheet: Sheet, press: Pointer) -> Gesture:
    """Collect corners until the polygon is closed, then add it, or take it away with Alt or Ctrl."""
    corners_xy = [press.image_xy]
    is_subtracting = press.is_subtracting
    here_xy = press.image_xy
    while True:
        sheet.sketch(OutlineSketch((*corners_xy, here_xy), is_subtracting=is_subtracting, has_corners=True))
        pointer = yield
        here_xy = pointer.image_xy
        is_subtracting = is_subtracting or pointer.is_subtracting
        if pointer.act is Act.STEP_BACK:
            corners_xy.pop()
            if not corners_xy:
                sheet.sketch(None)
                return
        elif _is_closing(sheet, corners_xy, pointer):
            break
        elif pointer.act is Act.PRESS:
            corners_xy.append(here_xy)
    sheet.sketch(None)
    sheet.paint(outline_spans(corners_xy, sheet.image_shape), value=not is_subtracting)
    sheet.finish("polygon")


def _is_closing(sheet: Sheet, corners_xy: list[Point], pointer: Pointer) -> bool:
    """Say whether an event closes the polygon; a double click's first click has set its corner."""
    if pointer.act in (Act.CONFIRM, Act.DOUBLE_PRESS):
        return True
    is_on_first = sheet.view_distance(corners_xy[0], pointer.image_xy) <= _SAME_CORNER_VIEW_PX
    return pointer.act is Act.PRESS and len(corners_xy) >= 3 and is_on_first
