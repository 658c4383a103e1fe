"""Mouse and keyboard at a window, each gesture timed from its event until its answer was painted."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.shell.main_window import MainWindow

GESTURE_S = 0.3
"""What a click, key or stroke is counted with, beside the time of its answer."""

_LONGEST_ANSWER_S = 60.0
_PLAIN = Qt.KeyboardModifier.NoModifier
_LEFT = Qt.MouseButton.LeftButton


@dataclass
class Answer:
    """What happened between a gesture and the painted picture."""

    wall_s: float
    cpu_s: float
    """Of all threads of the program; the model server is another process."""


class _Watch(QObject):
    """Stops when a widget was painted with what a gesture asked for."""

    def __init__(self, widget: QObject) -> None:
        super().__init__(widget)
        self._is_answered: Callable[[], bool] | None = None
        self._started = (0.0, 0.0)
        self.answer = Answer(0.0, 0.0)
        widget.installEventFilter(self)

    @property
    def has_stopped(self) -> bool:
        """Say whether the answer was painted."""
        return self._is_answered is None

    def start(self, is_answered: Callable[[], bool]) -> None:
        """Measure until the end of the first painting that shows the answer."""
        self._is_answered = is_answered
        self._started = time.perf_counter(), time.process_time()

    def stop(self) -> None:
        """Take the time, unless that is done."""
        if self._is_answered is not None:
            wall_s, cpu_s = self._started
            self.answer = Answer(time.perf_counter() - wall_s, time.process_time() - cpu_s)
            self._is_answered = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the widget paint, then look whether that was the answer."""
        if event.type() is not QEvent.Type.Paint:
            return False
        watched.event(event)
        if self._is_answered is not None and self._is_answered():
            self.stop()
        return True


class Hands:
    """Mouse and keyboard at a window; before each gesture they rest as long as it is counted."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._view = window.controller.canvas.view
        self._watch = _Watch(self._view)

    def key(
        self, key: Qt.Key, held: Qt.KeyboardModifier = _PLAIN, *, until: Callable[[], bool] | None = None
    ) -> Answer:
        """Press a key that goes to whatever has the focus."""
        return self._done(lambda: QTest.keyClick(self._window.windowHandle(), key, held), until)

    def click(self, image_xy: tuple[float, float], *, until: Callable[[], bool]) -> Answer:
        """Click on a point of the image."""
        return self._done(lambda: QTest.mouseClick(self._view, _LEFT, _PLAIN, self._at(image_xy)), until)

    def stroke(self, path_xy: list[tuple[float, float]]) -> Answer:
        """Draw along points of the image."""

        def draw() -> None:
            points = [self._at(xy) for xy in path_xy]
            QTest.mousePress(self._view, _LEFT, _PLAIN, points[0])
            for point in points[1:]:
                QTest.mouseMove(self._view, point)
            QTest.mouseRelease(self._view, _LEFT, _PLAIN, points[-1])

        return self._done(draw, None)

    def _at(self, image_xy: tuple[float, float]) -> QPoint:
        return QPoint(*(round(value) for value in self._view.placement.view_xy(image_xy)))

    def _done(self, act: Callable[[], None], until: Callable[[], bool] | None) -> Answer:
        rest(GESTURE_S)
        self._watch.start(until or (lambda: False))
        act()
        if until is not None:
            wait(lambda: self._watch.has_stopped)
        QApplication.processEvents()
        self._watch.stop()
        return self._watch.answer


def wait(until: Callable[[], bool]) -> None:
    """Let the window work until something is so; raises TimeoutError if it does not become so."""
    end = time.perf_counter() + _LONGEST_ANSWER_S
    while not until():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)
        if time.perf_counter() > end:
            raise TimeoutError("The window did not answer.")


def rest(seconds: float) -> None:
    """Let the window work while a hand is on its way."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()
