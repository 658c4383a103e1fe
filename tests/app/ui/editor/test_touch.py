"""Fingers on a touchscreen draw, move and zoom; events go through Qt as a screen sends them."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.editor.canvas import EditorCanvas

SHAPE = (80, 120)
SCREEN = QTest.createTouchDevice()


@pytest.fixture
def canvas(qtbot: QtBot) -> EditorCanvas:
    canvas = EditorCanvas()
    qtbot.addWidget(canvas.view)
    canvas.view.resize(480, 320)
    canvas.show_image(np.full((*SHAPE, 3), 180, np.uint8))
    canvas.editor.set_mask(np.zeros(SHAPE, np.bool_))
    canvas.tools.set_brush_diameter_px(9)
    canvas.view.show()
    return canvas


class Hand:
    """Puts fingers on the canvas by places in the image."""

    def __init__(self, canvas: EditorCanvas) -> None:
        self._view = canvas.view
        self._places: dict[int, QPoint] = {}

    def at(self, image_xy: tuple[float, float]) -> QPoint:
        x, y = self._view.placement.view_xy(image_xy)
        return QPoint(round(x), round(y))

    def down(self, finger: int, at: QPoint) -> None:
        self._send(finger, at, "press")

    def move(self, finger: int, at: QPoint) -> None:
        self._send(finger, at, "move")

    def up(self, finger: int) -> None:
        self._send(finger, self._places[finger], "release")
        del self._places[finger]

    def tap(self, at: QPoint) -> None:
        self.down(0, at)
        self.up(0)
        QTest.qWait(5)  # Two taps of one millisecond are one.

    def _send(self, finger: int, at: QPoint, act: str) -> None:
        self._places[finger] = at
        sequence = QTest.touchEvent(self._view, SCREEN, autoCommit=False)
        getattr(sequence, act)(finger, at, self._view)
        for other in self._places.keys() - {finger}:
            sequence.move(other, self._places[other], self._view)
        sequence.commit()


def test_one_finger_draws_as_the_mouse_does(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("brush")
    hand = Hand(canvas)
    hand.down(0, hand.at((40, 40)))
    hand.move(0, hand.at((80, 40)))
    hand.up(0)
    mask = canvas.editor.current_mask()
    assert mask is not None
    assert mask[40, 40:80].all()
    assert not mask[20].any()


def test_two_fingers_move_and_zoom_and_draw_nothing(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("brush")
    hand, scale = Hand(canvas), canvas.view.placement.scale
    first, second = QPoint(200, 160), QPoint(280, 160)
    under_centre = canvas.view.placement.image_xy((240.0, 160.0))
    hand.down(0, first)
    hand.down(1, second)
    hand.move(1, QPoint(320, 160))
    hand.move(0, QPoint(160, 160))
    assert canvas.view.placement.scale == pytest.approx(2 * scale)
    assert canvas.view.placement.image_xy((240.0, 160.0)) == pytest.approx(under_centre, abs=0.6)
    hand.move(0, QPoint(180, 190))
    hand.move(1, QPoint(340, 190))
    assert canvas.view.placement.image_xy((260.0, 190.0)) == pytest.approx(under_centre, abs=0.6)
    hand.up(1)
    hand.move(0, QPoint(100, 100))  # A finger that is left of two draws nothing.
    hand.up(0)
    mask = canvas.editor.current_mask()
    assert mask is not None
    assert not mask.any()


def test_the_image_stays_in_place_when_one_of_three_fingers_is_lifted(canvas: EditorCanvas) -> None:
    hand = Hand(canvas)
    for finger, place in enumerate((QPoint(200, 160), QPoint(280, 160), QPoint(100, 300))):
        hand.down(finger, place)
    scale, under_centre = canvas.view.placement.scale, canvas.view.placement.image_xy((240.0, 160.0))
    hand.up(0)
    hand.move(2, QPoint(100, 300))
    assert canvas.view.placement.scale == pytest.approx(scale)
    assert canvas.view.placement.image_xy((240.0, 160.0)) == pytest.approx(under_centre, abs=0.01)
    hand.up(1)
    hand.up(2)


def test_a_second_finger_takes_back_the_stroke_of_the_first(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("brush")
    hand = Hand(canvas)
    hand.down(0, hand.at((40, 40)))
    hand.move(0, hand.at((60, 40)))
    hand.down(1, hand.at((90, 40)))
    hand.up(1)
    hand.up(0)
    mask = canvas.editor.current_mask()
    assert mask is not None
    assert not mask.any()
    assert not canvas.tools.is_drawing


def test_zooming_between_the_corners_of_a_polygon_keeps_them(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("polygon")
    hand = Hand(canvas)
    for corner in ((40, 20), (80, 20)):
        hand.tap(hand.at(corner))
    hand.down(0, hand.at((60, 60)))
    hand.move(0, hand.at((66, 66)))  # Far enough to have set a corner, which is taken back.
    hand.down(1, hand.at((90, 66)))
    hand.up(1)
    hand.up(0)
    hand.tap(hand.at((40, 60)))
    QTest.keyClick(canvas.view, Qt.Key.Key_Return)
    mask = canvas.editor.current_mask()
    assert mask is not None
    assert mask[25, 45]
    assert not mask[55, 65]


def test_two_taps_close_a_polygon(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("polygon")
    hand = Hand(canvas)
    for corner in ((40, 20), (80, 20)):
        hand.tap(hand.at(corner))
    hand.tap(hand.at((60, 60)))
    hand.tap(hand.at((60, 60)))
    assert not canvas.tools.is_drawing
    mask = canvas.editor.current_mask()
    assert mask is not None
    assert mask[30, 60]
