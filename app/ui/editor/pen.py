"""A pen on a tablet: how hard it presses, and which of its taps are the second of two."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QGuiApplication, QInputDevice, QTabletEvent

from app.ui.editor.spaces import Point, length_px

_LIGHTEST_PRESSURE = 0.1


class Pen:
    """Follows the events of a pen."""

    def __init__(self) -> None:
        self.is_pressure_used = True
        """A pen that is pressed lightly draws with a smaller brush."""
        self.pressure = 1.0
        """In (0, 1], of the stroke under way; 1 for a mouse and for pens that do not tell it."""
        self._last_tap: tuple[int, Point] | None = None
        """Milliseconds and place of the last press."""

    def follow(self, event: QTabletEvent) -> None:
        """Take the pressure of an event; that of a leaving pen says nothing of the stroke that it ends."""
        tells_pressure = event.pointingDevice().capabilities() & QInputDevice.Capability.Pressure
        if not (self.is_pressure_used and tells_pressure):
            self.pressure = 1.0
        elif event.type() is not QEvent.Type.TabletRelease:
            self.pressure = max(event.pressure(), _LIGHTEST_PRESSURE)

    def lift(self) -> None:
        """Forget the pressure of a stroke that has ended."""
        self.pressure = 1.0

    def is_second_tap(self, event: QTabletEvent) -> bool:
        """Say whether a press is the second of two: Qt makes double clicks for the mouse only."""
        at = event.position()
        tap, before = (event.timestamp(), (at.x(), at.y())), self._last_tap
        self._last_tap = tap
        if before is None:
            return False
        hints = QGuiApplication.styleHints()
        elapsed_ms = tap[0] - before[0]
        is_near = length_px(tap[1], before[1]) <= hints.touchDoubleTapDistance()
        return 0 < elapsed_ms <= hints.mouseDoubleClickInterval() and is_near
