"""Ruler: drag between two points to read their distance; it stays until the next one or Escape."""

from app.ui.editor.tool_previews import RulerPreview
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType, ToolCanvas


def ruler(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Measure from the press to the pointer."""
    pointer = press
    while pointer.act is not PointerEventType.RELEASE:
        canvas.preview(RulerPreview(press.image_xy, pointer.image_xy))
        pointer = yield
    canvas.preview(
        None if pointer.image_xy == press.image_xy else RulerPreview(press.image_xy, pointer.image_xy)
    )
