"""A pen on a tablet: how hard it presses, and which of its taps are the second of two."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QInputDevice, QTabletEvent

from app.ui.editor.taps import Taps

_LIGHTEST_PRESSURE = 0.1


class Pen:
    """Follows the events of a pen."""

    def __init__(self) -> None:
        self.is_pressure_used = True
        """A pen that is pressed lightly draws with a smaller brush."""
        self.pressure = 1.0
        """In (0, 1], of the stroke under way; 1 for a mouse and for pens that do not tell it."""
        self._taps = Taps()

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
        """Say whether a press is the second of two."""
        at = event.position()
        return self._taps.is_second(event.timestamp(), (at.x(), at.y()))
