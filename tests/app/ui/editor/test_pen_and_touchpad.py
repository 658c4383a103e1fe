from functools import cache

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QInputDevice,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.editor.canvas import EditorCanvas
from models.contract.arrays import BoolMask

SHAPE = (80, 120)
AT = (60.0, 40.0)


@pytest.fixture
def canvas(qtbot: QtBot) -> EditorCanvas:
    canvas = EditorCanvas()
    qtbot.addWidget(canvas.view)
    canvas.view.resize(480, 320)
    canvas.show_image(np.full((*SHAPE, 3), 180, np.uint8))
    canvas.tools.set_brush_diameter_px(9)
    canvas.view.show()
    return canvas


@cache  # Qt keeps no reference to the device of an event.
def pen(*, is_eraser: bool, tells_pressure: bool = False) -> QPointingDevice:
    end = QPointingDevice.PointerType.Eraser if is_eraser else QPointingDevice.PointerType.Pen
    tells = QInputDevice.Capability.Position
    if tells_pressure:
        tells |= QInputDevice.Capability.Pressure
    return QPointingDevice("pen", 7, QInputDevice.DeviceType.Stylus, end, tells, 1, 1)


def view_point(canvas: EditorCanvas, image_xy: tuple[float, float]) -> QPointF:
    return QPointF(*canvas.view.placement.view_xy(image_xy))


def touch(
    canvas: EditorCanvas,
    kind: QEvent.Type,
    device: QPointingDevice,
    at: QPointF,
    held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    at_ms: int = 0,
    pressure: float = 0.5,
) -> bool:
    down = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletRelease else Qt.MouseButton.LeftButton
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else Qt.MouseButton.LeftButton
    event = QTabletEvent(kind, device, at, at, pressure, 0, 0, 0, 0, 0, held, button, down)
    event.setTimestamp(at_ms)
    QApplication.sendEvent(canvas.view, event)
    return event.isAccepted()


def stroke(canvas: EditorCanvas, device: QPointingDevice, held: Qt.KeyboardModifier) -> None:
    start, end = view_point(canvas, AT), view_point(canvas, (AT[0] + 20, AT[1]))
    assert touch(canvas, QEvent.Type.TabletPress, device, start, held)
    assert touch(canvas, QEvent.Type.TabletMove, device, end, held)
    assert touch(canvas, QEvent.Type.TabletRelease, device, end, held)


def mask_of(canvas: EditorCanvas) -> BoolMask:
    mask = canvas.editor.current_mask()
    assert mask is not None
    return mask


@pytest.mark.parametrize("tool", ["pan", "brush", "eraser", "ruler"])
@pytest.mark.parametrize("held", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier])
def test_the_eraser_end_of_a_pen_takes_away_with_any_tool(
    canvas: EditorCanvas, tool: str, held: Qt.KeyboardModifier
) -> None:
    canvas.tools.set_tool(tool)
    canvas.editor.set_mask(np.ones(SHAPE, np.bool_))
    stroke(canvas, pen(is_eraser=True), held)
    assert not mask_of(canvas)[40, 60:80].any()
    canvas.editor.set_mask(np.zeros(SHAPE, np.bool_), replaces_unsaved_work=True)
    stroke(canvas, pen(is_eraser=True), held)
    assert not mask_of(canvas).any()
    assert canvas.tools.tool.name == tool


def test_the_eraser_end_of_a_pen_that_comes_as_a_mouse_takes_away(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("brush")
    canvas.editor.set_mask(np.ones(SHAPE, np.bool_))
    at, nothing = view_point(canvas, AT), Qt.KeyboardModifier.NoModifier
    for kind, down in (
        (QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton),
        (QEvent.Type.MouseButtonRelease, Qt.MouseButton.NoButton),
    ):
        event = QMouseEvent(kind, at, at, at, Qt.MouseButton.LeftButton, down, nothing, pen(is_eraser=True))
        QApplication.sendEvent(canvas.view, event)
    assert not mask_of(canvas)[40, 60]


def test_the_eraser_end_of_a_pen_takes_a_lasso_away(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("lasso")
    canvas.editor.set_mask(np.ones(SHAPE, np.bool_))
    corners = [view_point(canvas, xy) for xy in ((40.0, 20.0), (80.0, 20.0), (80.0, 60.0), (40.0, 60.0))]
    device = pen(is_eraser=True)
    touch(canvas, QEvent.Type.TabletPress, device, corners[0])
    for corner in corners[1:]:
        touch(canvas, QEvent.Type.TabletMove, device, corner)
    touch(canvas, QEvent.Type.TabletRelease, device, corners[-1])
    assert not mask_of(canvas)[40, 60]
    assert mask_of(canvas)[10, 10]


def test_the_tip_of_a_pen_paints(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("brush")
    canvas.editor.set_mask(np.zeros(SHAPE, np.bool_))
    stroke(canvas, pen(is_eraser=False), Qt.KeyboardModifier.NoModifier)
    assert mask_of(canvas)[40, 60:80].all()


@pytest.mark.parametrize(
    ("is_used", "tells_pressure", "height_px"), [(True, True, 7), (False, True, 21), (True, False, 21)]
)
def test_a_light_touch_of_a_pen_draws_with_a_smaller_brush(
    canvas: EditorCanvas, is_used: bool, tells_pressure: bool, height_px: int
) -> None:
    canvas.tools.set_tool("brush")
    canvas.tools.set_brush_diameter_px(21)
    canvas.input.pen.is_pressure_used = is_used
    canvas.editor.set_mask(np.zeros(SHAPE, np.bool_))
    device = pen(is_eraser=False, tells_pressure=tells_pressure)
    start, end = view_point(canvas, AT), view_point(canvas, (AT[0] + 20, AT[1]))
    touch(canvas, QEvent.Type.TabletPress, device, start, pressure=0.33)
    touch(canvas, QEvent.Type.TabletMove, device, end, pressure=0.33)
    touch(canvas, QEvent.Type.TabletRelease, device, end, pressure=0.0)
    rows = np.flatnonzero(mask_of(canvas)[:, 70])
    assert rows[-1] - rows[0] + 1 == pytest.approx(height_px, abs=1)
    canvas.editor.set_mask(np.zeros(SHAPE, np.bool_), replaces_unsaved_work=True)
    QTest.mouseClick(canvas.view, Qt.MouseButton.LeftButton, pos=start.toPoint())
    rows = np.flatnonzero(mask_of(canvas)[:, 60])
    assert rows[-1] - rows[0] + 1 == pytest.approx(21, abs=1)


def test_two_taps_of_a_pen_close_a_polygon(canvas: EditorCanvas) -> None:
    canvas.tools.set_tool("polygon")
    canvas.editor.set_mask(np.zeros(SHAPE, np.bool_))
    device = pen(is_eraser=False)
    taps = ((40.0, 20.0, 1000), (80.0, 20.0, 3000), (60.0, 60.0, 5000), (60.0, 60.0, 5100))
    for x, y, at_ms in taps:
        at = view_point(canvas, (x, y))
        touch(canvas, QEvent.Type.TabletPress, device, at, at_ms=at_ms)
        touch(canvas, QEvent.Type.TabletRelease, device, at, at_ms=at_ms + 20)
    assert not canvas.tools.is_drawing
    assert mask_of(canvas)[30, 60]


@cache
def touchpad() -> QPointingDevice:
    return QPointingDevice(
        "pad",
        8,
        QInputDevice.DeviceType.TouchPad,
        QPointingDevice.PointerType.Finger,
        QInputDevice.Capability.Position,
        2,
        3,
    )


def pinch(canvas: EditorCanvas, kind: Qt.NativeGestureType, value: float) -> bool:
    at = view_point(canvas, AT)
    event = QNativeGestureEvent(kind, touchpad(), 2, at, at, at, value, QPointF(0, 0))
    event.ignore()
    QApplication.sendEvent(canvas.view, event)
    return event.isAccepted()


def test_a_pinch_zooms_about_the_fingers(canvas: EditorCanvas) -> None:
    scale, at = canvas.view.placement.scale, view_point(canvas, AT)
    assert pinch(canvas, Qt.NativeGestureType.ZoomNativeGesture, 0.5)
    assert canvas.view.placement.scale == pytest.approx(1.5 * scale)
    assert canvas.view.placement.view_xy(AT) == pytest.approx((at.x(), at.y()))
    assert pinch(canvas, Qt.NativeGestureType.ZoomNativeGesture, -0.2)
    assert canvas.view.placement.scale == pytest.approx(1.2 * scale)
    assert not pinch(canvas, Qt.NativeGestureType.RotateNativeGesture, 10.0)
    assert pinch(canvas, Qt.NativeGestureType.SmartZoomNativeGesture, 0.0)
    assert canvas.view.placement.scale == pytest.approx(scale)


@pytest.mark.parametrize(
    ("pixels", "angle", "moved"),
    [(QPoint(6, -20), QPoint(12, -40), (6.0, -20.0)), (QPoint(), QPoint(0, -60), (0.0, -24.0))],
)
def test_two_fingers_on_a_touchpad_move_the_image(
    canvas: EditorCanvas, pixels: QPoint, angle: QPoint, moved: tuple[float, float]
) -> None:
    canvas.view.zoom_by(3.0)
    scale, (x, y), at = canvas.view.placement.scale, canvas.view.placement.offset_xy, view_point(canvas, AT)
    event = QWheelEvent(
        at,
        at,
        pixels,
        angle,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.ScrollUpdate,
        False,
        Qt.MouseEventSource.MouseEventSynthesizedBySystem,
        touchpad(),
    )
    QApplication.sendEvent(canvas.view, event)
    assert event.isAccepted()
    assert canvas.view.placement.scale == scale
    assert canvas.view.placement.offset_xy == pytest.approx((x + moved[0], y + moved[1]))
