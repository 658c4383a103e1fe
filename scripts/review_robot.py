"""A robot that corrects and confirms boundaries in the real window, by events of mouse and keyboard.

It knows the expert's mask, and does what a person would do who has that boundary in mind: confirms a right
one, grows or shrinks one that lies inside or outside nearly all round, clicks in what is wrong, and draws
round what clicks do not mend.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from window_hands import GESTURE_S, Answer, Hands

from app.ui.shell.main_window import MainWindow
from models.contract.arrays import BoolMask
from models.contract.imaging.regions import largest_component
from models.contract.metrics import iou
from training.augmentation.simulated_clicks import next_click

AIM = 0.9
"""IoU with the expert's mask from which on a boundary is right."""

_MOST_STEPS, _MOST_CLICKS, _MOST_STROKES = 6, 6, 4
_ONE_SIDED_SHARE = 0.8
"""So much of the expert's border lies beyond the boundary before a person thinks of growing it."""
_HAND_VIEW_PX = 2.0
"""How far a hand strays from the line that it means to draw."""
_PLAIN, _CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


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
    click_answers_s: list[float] = field(default_factory=list)
    next_image: Answer | None = None
    """From Space until the next image was painted; None for the last image."""

    def followed_by(self, again: "Review") -> "Review":
        """Return both visits of an image that came back as one."""
        return Review(
            self.image,
            self.first_iou,
            again.last_iou,
            self.keys + again.keys,
            self.clicks + again.clicks,
            self.strokes + again.strokes,
            self.answer_s + again.answer_s,
            [*self.click_answers_s, *again.click_answers_s],
            self.next_image,
        )

    @property
    def gestures(self) -> int:
        """How often a hand did something."""
        return self.keys + self.clicks + self.strokes

    @property
    def seconds(self) -> float:
        """Time of the tools: of the answers, and 0.3 s for each gesture."""
        return self.answer_s + GESTURE_S * self.gestures


class Annotator:
    """Reviews the boundary on the canvas against what an expert has drawn."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._rng = np.random.default_rng(11)
        self._hands = Hands(window)
        self._canvas = window.controller.canvas

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
            click = next_click(self._mask(), wanted, self._rng) if reached < AIM else None
            if click is None:
                return
            self._take_tool("click", Qt.Key.Key_Q, found)
            x, y = click.image_xy
            answer = self._hands.click(
                (x + 0.5, y + 0.5), until=lambda: not self._window.controller.clicks.is_pending
            )
            found.clicks, found.answer_s = found.clicks + 1, found.answer_s + answer.wall_s
            found.click_answers_s.append(answer.wall_s)
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
            path = drawn_round(missing if is_adding else surplus, _HAND_VIEW_PX / scale, self._rng)
            answer = self._hands.stroke(path)
            found.strokes, found.answer_s = found.strokes + 1, found.answer_s + answer.wall_s

    def _confirm(self, found: Review) -> None:
        left = self._window.controller.boundary_review.left
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
    inside, outside = (
        cv2.distanceTransform(side.view(np.uint8), cv2.DIST_L2, 3) for side in (present, ~present)
    )
    beyond_px = (outside - inside)[_border(wanted)]
    if not beyond_px.size or abs(float(np.median(beyond_px))) < step_px / 2:
        return None
    if (beyond_px > 0).mean() >= _ONE_SIDED_SHARE:
        return Qt.Key.Key_Plus
    return Qt.Key.Key_Minus if (beyond_px < 0).mean() >= _ONE_SIDED_SHARE else None


def drawn_round(region: BoolMask, stray_px: float, rng: np.random.Generator) -> list[tuple[float, float]]:
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
