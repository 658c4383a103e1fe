"""What keys mean for a tool while nothing is drawn."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.ui.editor.spaces import Placement, Point
from app.ui.editor.tools.gesture import KeyPress, ToolKey

_TOOL_KEYS = {
    Qt.Key.Key_Tab: ToolKey.NEXT,
    Qt.Key.Key_Backtab: ToolKey.PREVIOUS,
    Qt.Key.Key_Insert: ToolKey.ADD,
    Qt.Key.Key_Delete: ToolKey.REMOVE,
}
_ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
_FAR_STEP = 10.0
"""With Shift an arrow goes so many times as far."""
_SHIFT = Qt.KeyboardModifier.ShiftModifier


def key_press_of(event: QKeyEvent, placement: Placement) -> KeyPress | None:
    """Return what a key means where the image lies as placed; None for a key that no tool takes."""
    key, held = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if held not in (Qt.KeyboardModifier.NoModifier, _SHIFT):
        return None
    if (arrow := _ARROWS.get(key)) is not None:
        far = _FAR_STEP if held == _SHIFT else 1.0
        return KeyPress(ToolKey.MOVE, _step_xy(placement, arrow[0] * far, arrow[1] * far))
    is_backwards = key is Qt.Key.Key_Tab and held == _SHIFT
    tool_key = ToolKey.PREVIOUS if is_backwards else _TOOL_KEYS.get(key)
    return None if tool_key is None else KeyPress(tool_key)


def _step_xy(placement: Placement, right: float, down: float) -> Point:
    """Return, in the image, a way of so many pixels of the view, or of the image where these are larger."""
    step = max(1.0, placement.scale)
    (x, y), (end_x, end_y) = (placement.image_xy(xy) for xy in ((0.0, 0.0), (right * step, down * step)))
    return end_x - x, end_y - y
