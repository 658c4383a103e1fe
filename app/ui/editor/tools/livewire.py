"""Livewire: click anchors, and the outline follows the edges between them."""

from app.translation import N_
from app.ui.editor.mask_operations.edge_path import SEARCHED_SIDE_PX, EdgePaths
from app.ui.editor.raster import outline_spans
from app.ui.editor.spaces import Point
from app.ui.editor.step_label import StepLabel
from app.ui.editor.tool_previews import LivewirePreview
from app.ui.editor.tools.closing import closes_outline
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType, ToolCanvas
from app.ui.editor.tools.tool import Tool

_LIVEWIRE_STEP = StepLabel("livewire", "livewire")
_FEWEST_ANCHORS = 2


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
        elif closes_outline(canvas, anchors_xy, pointer, fewest=_FEWEST_ANCHORS):
            break
        elif pointer.act is PointerEventType.PRESS and here_xy != anchors_xy[-1]:
            parts.append(paths.refined(paths.path_to(here_xy)))
            anchors_xy.append(here_xy)
    parts.append(paths.refined(paths.path_to(anchors_xy[0])))
    canvas.preview(None)
    canvas.paint(outline_spans(_joined(parts), canvas.image_shape), value=not is_subtracting)
    canvas.finish(_LIVEWIRE_STEP)
    return None


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
