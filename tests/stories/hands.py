"""Keys and strokes as the system sends them, so that shortcuts, focus and held keys are the real ones."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from app.ui.shell.main_window import MainWindow
from tests.stories.workplace import WAIT_MS, Workplace

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NOTHING = Qt.KeyboardModifier.NoModifier


def opened(workplace: Workplace, qtbot: QtBot, image_id: ImageId | None = None) -> MainWindow:
    """Open an active window, on a case when one is named."""
    window = workplace.open()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
    if image_id is not None:
        window.controller.work_list.choose(image_id)
        workplace.settle(window)
        assert window.controller.review.image_id == image_id
    return window


def press(window: QWidget, key: Qt.Key, keys_held: Qt.KeyboardModifier = NOTHING) -> None:
    """Press a key as a keyboard does: it goes to whatever has the focus."""
    QTest.keyClick(window.windowHandle(), key, keys_held)
    QApplication.processEvents()


def type_words(window: QWidget, words: str) -> None:
    for letter in words:
        QTest.keyClick(window.windowHandle(), letter)
    QApplication.processEvents()


def words_on(widget: QWidget) -> str:
    QApplication.processEvents()
    labels = widget.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisibleTo(widget) and label.text())


def brush(
    window: MainWindow,
    *,
    from_xy: tuple[float, float] = (20.0, 20.0),
    to_xy: tuple[float, float] = (23.0, 21.0),
    diameter_px: int = 20,
    tool: str = "brush",
) -> None:
    """Paint skin beside the lesion, at points (x, y) of the image."""
    canvas = window.controller.canvas
    window.controller.take_tool(tool)
    canvas.tools.set_brush_diameter_px(diameter_px)
    start, end = (QPoint(*map(round, canvas.view.placement.view_xy(at_xy))) for at_xy in (from_xy, to_xy))
    QTest.mousePress(canvas.view, Qt.MouseButton.LeftButton, NOTHING, start)
    QTest.mouseMove(canvas.view, end)
    QTest.mouseRelease(canvas.view, Qt.MouseButton.LeftButton, NOTHING, end)
