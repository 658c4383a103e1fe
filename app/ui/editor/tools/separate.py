"""Separate: one click makes a region of the mask a lesion of its own."""

from app.translation import N_, _
from app.ui.editor.spaces import pixel_at
from app.ui.editor.tools.fill import NothingThereNote
from app.ui.editor.tools.gesture import Gesture, Pointer, ToolCanvas
from app.ui.editor.tools.tool import Tool


def separate(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Say that the region under the press is another lesion; the lesions are not the canvas's matter."""
    pixel = pixel_at(press.image_xy, canvas.image_shape)
    if pixel is None:
        return None
    if canvas.mask[pixel]:
        canvas.pick_region(*pixel)
    else:
        canvas.preview(NothingThereNote(press.image_xy, _("No region here to separate")))
    return None
    yield  # A click is all of it, yet a gesture is a generator.


SEPARATE = Tool(
    "separate",
    separate,
    N_("Separate a region"),
    N_("Click a region of the mask to make it a lesion of its own"),
    icon="separate",
    shortcut="Y",
)
