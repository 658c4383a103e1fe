"""Brush and eraser: a round stamp drawn along the pointer's way."""

from app.ui.editor.raster import brush_spans
from app.ui.editor.tools.gesture import Act, Gesture, Pointer, Sheet


def brush(sheet: Sheet, press: Pointer) -> Gesture:
    """Add to the mask; with Alt or Ctrl held at the press, take away."""
    yield from _stroke(sheet, press, "eraser" if press.is_subtracting else "brush")


def eraser(sheet: Sheet, press: Pointer) -> Gesture:
    """Take away from the mask; with Alt or Ctrl held at the press, add."""
    yield from _stroke(sheet, press, "brush" if press.is_subtracting else "eraser")


def _stroke(sheet: Sheet, press: Pointer, tool: str) -> Gesture:
    last_xy = press.image_xy
    pointer = press
    while True:
        spans = brush_spans(last_xy, pointer.image_xy, sheet.brush_diameter_px, sheet.image_shape)
        sheet.paint(spans, value=tool == "brush")
        last_xy = pointer.image_xy
        if pointer.act is Act.RELEASE:
            sheet.finish(tool)
            return
        pointer = yield
