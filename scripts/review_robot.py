"""A robot that corrects and confirms boundaries in the real window, by events of mouse and keyboard.

It knows the expert's mask, and does what a person would do who sees that boundary in mind: confirms a right one,
grows or shrinks one that lies inside or outside nearly all round, clicks in what is wrong, and draws what
clicks do not mend. It waits before each gesture as long as the gesture is counted.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.shell.main_window import MainWindow
from models.contract.arrays import BoolMask
from models.contract.imaging.regions import largest_component
from models.contract.metrics import iou
from training.augmentation.simulated_clicks import next_click

AIM = 0.9
"""IoU with the expert's mask from which on a boundary is right."""
GESTURE_S = 0.3
"""What a click, key or stroke is counted with, beside the time of its answer."""

_MOST_STEPS, _MOST_CLICKS, _MOST_STROKES = 6, 6, 4
_LONGEST_ANSWER_S = 60.0
_ONE_SIDED_SHARE = 0.8
"""So much of the expert's border lies beyond the boundary before a person thinks of growing it."""
_HAND_VIEW_PX = 2.0
"""How far a hand strays from the line that it means to draw."""
_PLAIN, _CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
_LEFT = Qt.MouseButton.LeftButton


@dataclass
class Answer:
    """What happened between a gesture and the painted picture."""

    wall_s: float
    cpu_s: float
    """Of all threads of the program; the model server is another process."""


@dataclass
class Review:
    """One image, from the moment it was shown until the next one was."""

    image: str
    first_iou: float
    last_iou: float = 0.0
    keys: int = 0
    clicks: int = 0
    strokes: int = 0
    answer_s: float = 0.0
    next_image: Answer | None = None
    """From Space until the next image was painted; None for the last image."""

    @property
    def gestures(self) -> int:
        """How often a hand did something."""
        return self.keys + self.clicks + self.strokes

    @property
    def seconds(self) -> float:
        """Time of the tools: of the answers, and 0.3 s for each gesture."""
        return self.answer_s + GESTURE_S * self.gestures


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
    """Mouse and keyboard at a window; each gesture ends when its answer was painted."""

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


@dataclass
class Annotator:
    """Reviews the boundary on the canvas against what an expert has drawn."""

    window: MainWindow
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(11))

    def __post_init__(self) -> None:
        self._hands = Hands(self.window)
        self._canvas = self.window.controller.canvas

    def review(self, name: str, wanted: BoolMask) -> Review:
        """Bring the boundary on the canvas to the aim as far as tools do, and go on to the next image."""
        found = Review(name, self._iou(wanted))
        self._grow_or_shrink(wanted, found)
        self._click(wanted, found)
        self._draw(wanted, found)
        found.last_iou = self._iou(wanted)
        self._confirm(found)
        return found

    def _grow_or_shrink(self, wanted: BoolMask, found: Review) -> None:
        for _step in range(_MOST_STEPS):
            reached = self._iou(wanted)
            key = step_key(self._mask(), wanted, self._canvas.editor.step_px())
            if reached >= AIM or key is None:
                return
            self._press(key, found)
            if self._iou(wanted) <= reached:
                self._press(Qt.Key.Key_Z, found, _CONTROL)
                return

    def _click(self, wanted: BoolMask, found: Review) -> None:
        """Click until the boundary is right, or until a click was of no use."""
        for _click in range(_MOST_CLICKS):
            reached = self._iou(wanted)
            click = next_click(self._mask(), wanted, self.rng) if reached < AIM else None
            if click is None:
                return
            self._take_tool("click", Qt.Key.Key_Q, found)
            x, y = click.image_xy
            answer = self._hands.click(
                (x + 0.5, y + 0.5), until=lambda: not self.window.controller.clicks.is_pending
            )
            found.clicks, found.answer_s = found.clicks + 1, found.answer_s + answer.wall_s
            if self._iou(wanted) < reached:
                self._press(Qt.Key.Key_Z, found, _CONTROL)
            if self._iou(wanted) <= reached:
                return

    def _draw(self, wanted: BoolMask, found: Review) -> None:
        """Draw round what is missing or too much, the largest region first."""
        for _stroke in range(_MOST_STROKES):
            mask = self._mask()
            if iou(mask, wanted) >= AIM:
                return
            missing, surplus = (largest_component(side) for side in (wanted & ~mask, mask & ~wanted))
            is_adding = bool(missing.sum() >= surplus.sum())
            tool, key = ("lasso", Qt.Key.Key_L) if is_adding else ("lasso_subtract", Qt.Key.Key_K)
            self._take_tool(tool, key, found)
            scale = self._canvas.view.placement.scale
            path = drawn_round(missing if is_adding else surplus, _HAND_VIEW_PX / scale, self.rng)
            answer = self._hands.stroke(path)
            found.strokes, found.answer_s = found.strokes + 1, found.answer_s + answer.wall_s

    def _confirm(self, found: Review) -> None:
        left = self.window.controller.boundary_review.left
        if len(left) == 1:
            self._press(Qt.Key.Key_Space, found)
            return
        following = left[1]
        found.next_image = self._press(
            Qt.Key.Key_Space, found, until=lambda: self._canvas.editor.image_id == following
        )

    def _take_tool(self, name: str, key: Qt.Key, found: Review) -> None:
        if self._canvas.tools.tool.name != name:
            self._press(key, found)
            if self._canvas.tools.tool.name != name:
                raise RuntimeError(f"The key did not take the tool {name}.")

    def _press(
        self,
        key: Qt.Key,
        found: Review,
        held: Qt.KeyboardModifier = _PLAIN,
        *,
        until: Callable[[], bool] | None = None,
    ) -> Answer:
        answer = self._hands.key(key, held, until=until)
        found.keys, found.answer_s = found.keys + 1, found.answer_s + answer.wall_s
        return answer

    def _mask(self) -> BoolMask:
        mask = self._canvas.editor.current_mask()
        if mask is None:
            raise RuntimeError("There is no boundary on the canvas.")
        return mask

    def _iou(self, wanted: BoolMask) -> float:
        return iou(self._mask(), wanted)


def step_key(present: BoolMask, wanted: BoolMask, step_px: float) -> Qt.Key | None:
    """Return the key that grows or shrinks a boundary which lies on one side of the wanted one; else None."""
    if not present.any() or present.all():
        return None
    inside, outside = (cv2.distanceTransform(side.view(np.uint8), cv2.DIST_L2, 3) for side in (present, ~present))
    beyond_px = (outside - inside)[_border(wanted)]
    if not beyond_px.size or abs(float(np.median(beyond_px))) < step_px / 2:
        return None
    if (beyond_px > 0).mean() >= _ONE_SIDED_SHARE:
        return Qt.Key.Key_Plus
    return Qt.Key.Key_Minus if (beyond_px < 0).mean() >= _ONE_SIDED_SHARE else None


def drawn_round(
    region: BoolMask, stray_px: float, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """Return the way of a hand round a region, which strays from it by some pixels of the image."""
    outline = max(_outlines(region), key=len)[:: max(1, round(2 * stray_px))]
    strayed = outline + 0.5 + rng.normal(0.0, stray_px, outline.shape)
    return [(float(x), float(y)) for x, y in strayed]


def corners_for(mask: BoolMask, aim: float = AIM) -> int:
    """Return how many clicked corners the simplest polygon of a mask's largest region needs for an IoU."""
    outline = max(_outlines(mask), key=cv2.contourArea)
    reach_px = float(np.sqrt(cv2.contourArea(outline)))
    fewest = len(outline)
    for share in np.geomspace(0.5, 0.005, 60):
        polygon = cv2.approxPolyDP(outline.astype(np.int32)[:, None], share * reach_px, closed=True)
        drawn = np.zeros(mask.shape, np.uint8)
        cv2.fillPoly(drawn, [polygon], (1,))
        if len(polygon) >= 3 and iou(drawn.astype(np.bool_), mask) >= aim:
            fewest = min(fewest, len(polygon))
    return fewest


def _border(mask: BoolMask) -> BoolMask:
    eroded = cv2.erode(mask.view(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(mask & (np.asarray(eroded) == 0), np.bool_)


def _outlines(mask: BoolMask) -> list[NDArray[np.int32]]:
    found, _tree = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [np.asarray(outline[:, 0], np.int32) for outline in found]
