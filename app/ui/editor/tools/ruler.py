"""Ruler: drag between two points to read their distance; it stays until the next one or Escape."""

from app.ui.editor.tool_previews import RulerSketch
from app.ui.editor.tools.gesture import Act, Gesture, Pointer, Sheet


def ruler(sheet: Sheet, press: Pointer) -> Gesture:
    """Measure from the press to the pointer."""
    pointer = press
    while pointer.act is not Act.RELEASE:
        sheet.sketch(RulerSketch(press.image_xy, pointer.image_xy))
        pointer = yield
    sheet.sketch(
        None if pointer.image_xy == press.image_xy else RulerSketch(press.image_xy, pointer.image_xy)
    )
