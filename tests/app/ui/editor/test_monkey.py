"""Random hands on the canvas: whatever is pressed, picture, mask and history stay one."""

import random

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.layers import Layer
from app.ui.editor.tools import TOOLS

_IMAGES = {ImageId("a" * 32): (90, 130), ImageId("b" * 32): (33, 257), ImageId("c" * 32): (1, 1)}
_KEYS = (
    Qt.Key.Key_Escape,
    Qt.Key.Key_Return,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_BracketLeft,
    Qt.Key.Key_BracketRight,
)
_MODIFIERS = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
)
_BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton)


class Monkey:
    def __init__(self, canvas: EditorCanvas, seed: int) -> None:
        self.canvas = canvas
        self.random = random.Random(seed)

    def act(self) -> None:
        hands = (self.press, self.move, self.move, self.release, self.double, self.key, self.hold_space)
        wishes = (self.take_tool, self.change_view, self.change_mask, self.change_history, self.change_image)
        self.random.choice((*hands, *wishes))()

    def at(self) -> QPoint:
        return QPoint(self.random.randint(-5, 330), self.random.randint(-5, 250))

    def press(self) -> None:
        modifier = self.random.choice(_MODIFIERS)
        QTest.mousePress(self.canvas.view, self.random.choice(_BUTTONS), modifier, self.at())

    def move(self) -> None:
        QTest.mouseMove(self.canvas.view, self.at())

    def release(self) -> None:
        QTest.mouseRelease(self.canvas.view, self.random.choice(_BUTTONS), _MODIFIERS[0], self.at())

    def double(self) -> None:
        QTest.mouseDClick(self.canvas.view, Qt.MouseButton.LeftButton, _MODIFIERS[0], self.at())

    def key(self) -> None:
        QTest.keyClick(self.canvas.view, self.random.choice(_KEYS))

    def hold_space(self) -> None:
        self.random.choice((QTest.keyPress, QTest.keyRelease))(self.canvas.view, Qt.Key.Key_Space)

    def take_tool(self) -> None:
        self.canvas.tools.set_tool(self.random.choice(list(TOOLS)))
        self.canvas.tools.set_brush_diameter_px(self.random.randint(1, 90))

    def change_view(self) -> None:
        self.canvas.view.zoom_by(self.random.choice((0.3, 0.8, 1.3, 4.0)))
        self.random.choice(
            (
                self.canvas.view.fit,
                self.canvas.view.show_actual_pixels,
                self.canvas.view.rotate_view,
                self.canvas.view.update,
            )
        )()
        self.canvas.view.set_layer_visible(self.random.choice(list(Layer)), self.random.random() < 0.5)
        self.canvas.view.resize(self.random.randint(160, 330), self.random.randint(120, 250))

    def change_mask(self) -> None:
        name = self.random.choice(("fill_holes", "keep_largest", "clear", "reset_to_prediction"))
        getattr(self.canvas.editor, name)()
        self.canvas.editor.set_threshold(self.random.random())

    def change_history(self) -> None:
        self.random.choice((self.canvas.editor.undo_group.undo, self.canvas.editor.undo_group.redo))()

    def change_image(self) -> None:
        if self.random.random() < 0.2:
            self.canvas.show_nothing()
            return
        image_id, shape = self.random.choice(list(_IMAGES.items()))
        self.canvas.show_image(np.full((*shape, 3), 150, dtype=np.uint8), image_id)
        probability = np.linspace(0, 1, shape[0] * shape[1], dtype=np.float32).reshape(shape)
        self.canvas.set_prediction(probability > 0.5, probability)
        self.canvas.editor.set_mask(probability > 0.7)


@pytest.mark.parametrize("seed", range(4))
def test_random_hands_keep_picture_mask_and_history_one(qtbot: QtBot, seed: int) -> None:
    canvas = EditorCanvas()
    qtbot.addWidget(canvas.view)
    canvas.view.show()
    monkey = Monkey(canvas, seed)
    monkey.change_image()
    for _ in range(400):
        monkey.act()
        QApplication.processEvents()
        mask = canvas.editor.current_mask()
        assert (mask is None) == (not canvas.view.has_image)
        if mask is not None and not canvas.tools.is_drawing:
            assert canvas.view.renderer.mask is not None
            assert np.array_equal(canvas.view.renderer.mask, mask)
    canvas.tools.cancel_gesture()
    picture = canvas.view.grab().toImage()
    canvas.view._redraw()
    assert canvas.view.grab().toImage() == picture
