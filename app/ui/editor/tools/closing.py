"""When an outline that is clicked point by point is closed."""

from app.ui.editor.spaces import Point
from app.ui.editor.tools.gesture import Pointer, PointerEventType, ToolCanvas

_SAME_POINT_VIEW_PX = 6.0
"""A click this close to the first point means the first point."""


def closes_outline(canvas: ToolCanvas, points_xy: list[Point], pointer: Pointer, *, fewest: int) -> bool:
    """Say whether an event closes an outline; a click on its first point does from ``fewest`` points on.

    A double click's first click has set its point already.
    """
    if pointer.act in (PointerEventType.CONFIRM, PointerEventType.DOUBLE_PRESS):
        return True
    is_on_first = canvas.view_distance(points_xy[0], pointer.image_xy) <= _SAME_POINT_VIEW_PX
    return pointer.act is PointerEventType.PRESS and len(points_xy) >= fewest and is_on_first
