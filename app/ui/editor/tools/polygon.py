"""Polygon: click the corners; double click, Enter or a click on the first corner closes it."""

from app.translation import N_
from app.ui.editor.raster import outline_spans
from app.ui.editor.spaces import Point
from app.ui.editor.step_label import StepLabel
from app.ui.editor.tool_previews import OutlinePreview
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType, ToolCanvas, subtracting
from app.ui.editor.tools.tool import Tool

_POLYGON_STEP = StepLabel("polygon", "polygon")
_SAME_CORNER_VIEW_PX = 6.0
"""A click this close to the first corner means the first corner."""


def polygon(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Collect corners until the polygon is closed, then add it, or take it away with Alt or Ctrl."""
    corners_xy = [press.image_xy]
    is_subtracting = press.is_subtracting
    here_xy = press.image_xy
    while True:
        canvas.preview(
            OutlinePreview((*corners_xy, here_xy), is_subtracting=is_subtracting, has_corners=True)
        )
        pointer = yield
        here_xy = pointer.image_xy
        is_subtracting = is_subtracting or pointer.is_subtracting
        if pointer.act is PointerEventType.STEP_BACK:
            corners_xy.pop()
            if not corners_xy:
                canvas.preview(None)
                return None
        elif _is_closing(canvas, corners_xy, pointer):
            break
        elif pointer.act is PointerEventType.PRESS:
            corners_xy.append(here_xy)
    canvas.preview(None)
    canvas.paint(outline_spans(corners_xy, canvas.image_shape), value=not is_subtracting)
    canvas.finish(_POLYGON_STEP)
    return None


def _is_closing(canvas: ToolCanvas, corners_xy: list[Point], pointer: Pointer) -> bool:
    """Say whether an event closes the polygon; a double click's first click has set its corner."""
    if pointer.act in (PointerEventType.CONFIRM, PointerEventType.DOUBLE_PRESS):
        return True
    is_on_first = canvas.view_distance(corners_xy[0], pointer.image_xy) <= _SAME_CORNER_VIEW_PX
    return pointer.act is PointerEventType.PRESS and len(corners_xy) >= 3 and is_on_first


POLYGON_SUBTRACT = Tool(
    "polygon_subtract",
    subtracting(polygon),
    N_("Polygon, subtract"),
    N_("Take away what the clicked corners enclose; Enter or a double click closes it"),
    icon="polygon_subtract",
    shortcut="O",
    step=_POLYGON_STEP,
    is_subtracting=True,
)
POLYGON = Tool(
    "polygon",
    polygon,
    N_("Polygon, add"),
    N_("Add what the clicked corners enclose; Enter or a double click closes it"),
    icon="polygon_add",
    shortcut="P",
    step=_POLYGON_STEP,
    eraser_end=POLYGON_SUBTRACT,
)
