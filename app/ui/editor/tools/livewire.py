"""Livewire: click anchors, and the outline follows the edges between them."""

from app.translation import N_
from app.ui.editor.mask_operations.edge_path import SEARCHED_SIDE_PX, EdgePaths
from app.ui.editor.raster import outline_spans
from app.ui.editor.spaces import Point
from app.ui.editor.step_label import StepLabel
from app.ui.editor.tool_previews import LivewirePreview
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType, ToolCanvas
from app.ui.editor.tools.tool import Tool

_LIVEWIRE_STEP = StepLabel("livewire", "livewire")
_FIRST_ANCHOR_VIEW_PX = 6.0
"""A click this close to the first anchor closes the outline."""


def livewire(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Follow the edges from anchor to anchor until the outline is closed, then add what it encloses.

    With Alt or Ctrl it is taken away.
    """
    paths = EdgePaths(canvas.image_pixels, canvas.image_copy(SEARCHED_SIDE_PX))
    anchors_xy = [_on_image(canvas, press.image_xy)]
    parts: list[list[Point]] = []
    is_subtracting = press.is_subtracting
    here_xy = anchors_xy[0]
    while True:
        paths.start_at(anchors_xy[-1])
        open_part = paths.path_to(here_xy)
        canvas.preview(
            LivewirePreview(tuple(anchors_xy), tuple(_joined([*parts, open_part])), is_subtracting)
        )
        pointer = yield
        here_xy = _on_image(canvas, pointer.image_xy)
        is_subtracting = is_subtracting or pointer.is_subtracting
        if pointer.act is PointerEventType.STEP_BACK:
            anchors_xy.pop()
            if not anchors_xy:
                canvas.preview(None)
                return None
            parts.pop()
        elif _is_closing(canvas, anchors_xy, pointer):
            break
        elif pointer.act is PointerEventType.PRESS and here_xy != anchors_xy[-1]:
            parts.append(paths.refined(paths.path_to(here_xy)))
            anchors_xy.append(here_xy)
    parts.append(paths.refined(paths.path_to(anchors_xy[0])))
    canvas.preview(None)
    canvas.paint(outline_spans(_joined(parts), canvas.image_shape), value=not is_subtracting)
    canvas.finish(_LIVEWIRE_STEP)
    return None


def _is_closing(canvas: ToolCanvas, anchors_xy: list[Point], pointer: Pointer) -> bool:
    """Say whether an event closes the outline; a double click's first click has set its anchor."""
    if pointer.act in (PointerEventType.CONFIRM, PointerEventType.DOUBLE_PRESS):
        return True
    is_on_first = canvas.view_distance(anchors_xy[0], pointer.image_xy) <= _FIRST_ANCHOR_VIEW_PX
    return pointer.act is PointerEventType.PRESS and len(anchors_xy) >= 2 and is_on_first


def _joined(parts: list[list[Point]]) -> list[Point]:
    """The ways from anchor to anchor as one; each begins where the one before has ended."""
    return [point for part in parts for point in part[:-1]] + parts[-1][-1:]


def _on_image(canvas: ToolCanvas, image_xy: Point) -> Point:
    """The point of the image next to one that may lie beside it."""
    height, width = canvas.image_shape
    x, y = image_xy
    return min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height))


LIVEWIRE = Tool(
    "livewire",
    livewire,
    N_("Livewire"),
    N_("Click along the edge, the line follows it; Enter or a double click closes, Ctrl or Alt subtracts"),
    icon="livewire",
    shortcut="T",
    step=_LIVEWIRE_STEP,
)
