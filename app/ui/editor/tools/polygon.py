"""Polygon: click the corners; double click, Enter or a click on the first corner closes it."""

from app.translation import N_
from app.ui.editor.raster import outline_spans
from app.ui.editor.step_label import StepLabel
from app.ui.editor.tool_previews import OutlinePreview
from app.ui.editor.tools.closing import closes_outline
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType, ToolCanvas, subtracting
from app.ui.editor.tools.tool import Tool

_POLYGON_STEP = StepLabel("polygon", "polygon")
_FEWEST_CORNERS = 3


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
        elif closes_outline(canvas, corners_xy, pointer, fewest=_FEWEST_CORNERS):
            break
        elif pointer.act is PointerEventType.PRESS:
            corners_xy.append(here_xy)
    canvas.preview(None)
    canvas.paint(outline_spans(corners_xy, canvas.image_shape), value=not is_subtracting)
    canvas.finish(_POLYGON_STEP)
    return None


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
