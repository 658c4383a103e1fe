"""Pan: drag the image through the view."""

from PySide6.QtCore import Qt

from app.translation import N_
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType, ToolCanvas
from app.ui.editor.tools.tool import Tool


def pan(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Move the image with the pointer until it is released."""
    last_x, last_y = press.view_xy
    while (pointer := (yield)).act is not PointerEventType.RELEASE:
        x, y = pointer.view_xy
        canvas.move_view(x - last_x, y - last_y)
        last_x, last_y = x, y
    return None


PAN = Tool(
    "pan",
    pan,
    N_("Move the image"),
    N_("Move the image; Space or the middle button does so with any tool"),
    icon="pan",
    shortcut="V",
    cursor=Qt.CursorShape.OpenHandCursor,
    dragging_cursor=Qt.CursorShape.ClosedHandCursor,
)
