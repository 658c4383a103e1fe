"""Brush and eraser: a round stamp drawn along the pointer's way."""

from app.ui.editor.raster import brush_spans
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType, ToolCanvas


def brush(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Add to the mask; with Alt or Ctrl held at the press, take away."""
    yield from _stroke(canvas, press, "eraser" if press.is_subtracting else "brush")


def eraser(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Take away from the mask; with Alt or Ctrl held at the press, add."""
    yield from _stroke(canvas, press, "brush" if press.is_subtracting else "eraser")


def _stroke(canvas: ToolCanvas, press: Pointer, tool: str) -> Gesture:
    last_xy = press.image_xy
    pointer = press
    while True:
        spans = brush_spans(last_xy, pointer.image_xy, canvas.brush_diameter_px, canvas.image_shape)
        canvas.paint(spans, value=tool == "brush")
        last_xy = pointer.image_xy
        if pointer.act is PointerEventType.RELEASE:
            canvas.finish(tool)
            return
        pointer = yield
