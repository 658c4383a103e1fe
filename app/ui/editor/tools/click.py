"""Click: say where the lesion is and where it is not; a model redraws the boundary from that."""

from app.translation import N_
from app.ui.editor.spaces import pixel_at
from app.ui.editor.tools.gesture import Gesture, Pointer, ToolCanvas
from app.ui.editor.tools.tool import Tool
from models.contract.imaging.clicks import Click


def click(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Place a click: outside the mask it adds, inside, or with Alt or Ctrl, it removes."""
    x, y = press.image_xy
    pixel = pixel_at(press.image_xy, canvas.image_shape)
    if pixel is not None:
        is_lesion = not press.is_subtracting and not bool(canvas.mask[pixel])
        # A click counts from the centre of the first pixel, the canvas from its corner.
        canvas.place_click(Click((x - 0.5, y - 0.5), is_lesion))
    return None
    yield  # A click is all of it, yet a gesture is a generator.


CLICK = Tool(
    "click",
    click,
    N_("Click"),
    N_("Click outside the boundary to add, inside or with Alt to remove; a model redraws it"),
    icon="click",
    shortcut="Q",
)
