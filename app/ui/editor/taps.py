"""Which taps of a pen or a finger are the second of two; Qt makes double clicks for the mouse only."""

from PySide6.QtGui import QGuiApplication

from app.ui.editor.spaces import Point, length_px


class Taps:
    """Remembers the last tap."""

    def __init__(self) -> None:
        self._last: tuple[int, Point] | None = None
        """Milliseconds and place in the view."""

    def is_second(self, timestamp_ms: int, view_xy: Point) -> bool:
        """Say whether a tap follows another one soon enough and near enough, and remember it."""
        before, self._last = self._last, (timestamp_ms, view_xy)
        if before is None:
            return False
        hints = QGuiApplication.styleHints()
        is_near = length_px(view_xy, before[1]) <= hints.touchDoubleTapDistance()
        return 0 < timestamp_ms - before[0] <= hints.mouseDoubleClickInterval() and is_near
