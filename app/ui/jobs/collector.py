"""Collects Python's cyclic garbage on the UI thread only.

Widgets and plots sit in reference cycles. Python collects those in whatever thread happens to allocate, and
a Qt object that is destroyed on a worker's thread takes the program with it.
"""

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 500


class UiThreadCollector(QObject):
    """Takes automatic collection over from Python for as long as it lives; made on the UI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.collect_if_due)
        self._timer.start()

    def collect_if_due(self) -> None:
        """Collect the oldest generation whose count has passed Python's own threshold."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation] > 0:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """Give automatic collection back to Python."""
        self._timer.stop()
        gc.enable()
