"""Pointer, wheel and keys of the canvas: they drive the tool's gesture, the zoom and the brush size."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QInputDevice,
    QInputEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPointingDevice,
    QSinglePointEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.ui.editor.raster import Spans
from app.ui.editor.spaces import Point, length_px
from app.ui.editor.tool_previews import RulerPreview, ToolPreview, draw_brush, draw_note, draw_preview
from app.ui.editor.tools import TOOLS
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType
from app.ui.editor.tools.pan import pan
from app.ui.editor.viewport import ImageViewport

SMALLEST_BRUSH_PX, LARGEST_BRUSH_PX = 1, 4000
_FIRST_BRUSH_PX = 60
_STAMPS = ("brush", "eraser")
_WHEEL_NOTCH = 120.0
_ZOOM_PER_NOTCH = 1.2
_MOVE_PER_NOTCH_PX = 48.0
_ERASING_TOOL = {"lasso": "lasso_subtract", "polygon": "polygon_subtract"}
"""What the eraser end of a pen does while a tool is in hand; with any other it takes the eraser."""
_SUBTRACTING = frozenset({"eraser", *_ERASING_TOOL.values()})
_ALT_OR_CTRL = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier
_ACTS_BY_KEY = {
    Qt.Key.Key_Return: PointerEventType.CONFIRM,
    Qt.Key.Key_Enter: PointerEventType.CONFIRM,
    Qt.Key.Key_Backspace: PointerEventType.STEP_BACK,
}


class ToolViewport(ImageViewport):
    """An image viewport with a tool in hand; what painting does is the subclass's part."""

    cursor_moved = Signal(object)
    """(x, y) in the image under the pointer, or None when it is not on the image."""
    brush_diameter_changed = Signal(int)
    """Image pixels."""
    tool_changed = Signal(str)
    distance_drawn = Signal(float)
    """The ruler lies on the image; its length in image pixels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Not a tool that paints: somebody who only looks must not change a boundary by a careless drag.
        self._tool = "pan"
        self._brush_diameter_px = _FIRST_BRUSH_PX
        self._gesture: Gesture | None = None
        self._gesture_button = Qt.MouseButton.NoButton
        self._preview: ToolPreview | None = None
        self._pointer_view_xy: Point | None = None
        self._is_space_held = False
        self._is_brush_size_shown = False
        self._last_tap: tuple[int, Point] | None = None
        """Milliseconds and place of the pen's last press."""
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking)
        self._show_cursor()

    @property
    def tool(self) -> str:
        """Return the name of the tool in hand."""
        return self._tool

    def set_tool(self, name: str) -> None:
        """Take a tool of ``TOOLS`` by its name; an unfinished gesture is given up."""
        if name not in TOOLS:
            msg = f"there is no tool named {name}"
            raise ValueError(msg)
        self.cancel_gesture()
        self._tool = name
        self._show_cursor()
        self.update()
        self.tool_changed.emit(name)

    @property
    def brush_diameter_px(self) -> int:
        """Return the diameter of brush and eraser in image pixels."""
        return self._brush_diameter_px

    def set_brush_diameter_px(self, diameter_px: int) -> None:
        """Set the diameter of brush and eraser in image pixels."""
        bounded = min(max(diameter_px, SMALLEST_BRUSH_PX), LARGEST_BRUSH_PX)
        if bounded != self._brush_diameter_px:
            self._update_brush()
            self._brush_diameter_px = bounded
            self._update_brush()
            self.brush_diameter_changed.emit(bounded)

    def grow_brush(self, notches: float = 1.0) -> None:
        """Make the brush larger by about an eighth per notch (smaller when negative), at least a pixel."""
        step = max(1, round(self._brush_diameter_px * (1.125 ** abs(notches) - 1)))
        self._is_brush_size_shown = True
        self.set_brush_diameter_px(self._brush_diameter_px + (step if notches > 0 else -step))
        self.update()

    def cancel_gesture(self) -> None:
        """Give up what is being drawn, without trace."""
        if self._gesture is not None:
            self._gesture.close()
            self._gesture = None
        self._drop_painting()
        self.preview(None)

    @property
    def is_drawing(self) -> bool:
        """Say whether a gesture is under way."""
        return self._gesture is not None

    @property
    def image_shape(self) -> tuple[int, int]:
        """Return (height, width) of the image, (0, 0) without one."""
        return self._image_shape or (0, 0)

    def view_distance(self, one_image_xy: Point, other_image_xy: Point) -> float:
        """Return how far apart two points of the image are seen, in view pixels."""
        return length_px(one_image_xy, other_image_xy) * self.placement.scale

    def paint(self, spans: Spans, *, value: bool) -> None:
        """Paint or erase pixels of the unfinished stroke."""
        raise NotImplementedError

    def finish(self, tool: str) -> None:
        """Make what was painted one step of the history."""
        raise NotImplementedError

    def _drop_painting(self) -> None:
        """Give up what was painted since the last step."""
        raise NotImplementedError

    def preview(self, preview: ToolPreview | None) -> None:
        """Show a drawing that is not part of the mask."""
        if preview != self._preview:
            self._preview = preview
            self.update()

    def feed(self, pointer: Pointer, tool: str | None = None) -> None:
        """Give an event to the gesture under way, or start one of a tool, by default that in hand."""
        if self._gesture is None:
            if pointer.act is PointerEventType.PRESS and self.has_image:
                self._start(TOOLS[tool or self._tool](self, pointer))
            return
        try:
            self._gesture.send(pointer)
        except StopIteration:
            self._gesture = None
            if isinstance(self._preview, RulerPreview):
                self.distance_drawn.emit(length_px(self._preview.from_xy, self._preview.to_xy))

    def _start(self, gesture: Gesture) -> None:
        """Run a gesture to its first wait."""
        self.preview(None)
        self._gesture = gesture
        try:
            next(gesture)
        except StopIteration:
            self._gesture = None

    def _pointer(self, act: PointerEventType, view_xy: Point, event: QInputEvent) -> Pointer:
        is_subtracting = bool(event.modifiers() & _ALT_OR_CTRL)
        return Pointer(act, self.placement.image_xy(view_xy), view_xy, is_subtracting)

    def _move_pointer(self, view_xy: Point | None) -> None:
        self._update_brush()
        self._pointer_view_xy = view_xy
        self._is_brush_size_shown = False
        self._update_brush()
        if not self.has_image or view_xy is None:
            self.cursor_moved.emit(None)
            return
        x, y = self.placement.image_xy(view_xy)
        height, width = self.image_shape
        is_on_image = 0 <= x < width and 0 <= y < height
        self.cursor_moved.emit((x, y) if is_on_image else None)

    def _update_brush(self) -> None:
        """Ask for a repaint where the brush's circle is."""
        if self._pointer_view_xy is None or self._tool not in _STAMPS:
            return
        radius = (self._brush_diameter_px / 2 + 1) * self.placement.scale + 6
        x, y = self._pointer_view_xy
        circle = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
        self.update(circle.toAlignedRect().intersected(self.rect()))
        if self._is_brush_size_shown:
            self.update()

    def _show_cursor(self) -> None:
        if self._is_space_held or self._tool == "pan":
            is_dragging = self._gesture is not None
            self.setCursor(Qt.CursorShape.ClosedHandCursor if is_dragging else Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.CrossCursor)

    def _draw_over(self, painter: QPainter) -> None:
        super()._draw_over(painter)
        if self._preview is not None:
            draw_preview(painter, self._preview, self.placement, self.mm_per_px)
        if self._pointer_view_xy is not None and self._tool in _STAMPS and not self._is_space_held:
            image_xy = self.placement.image_xy(self._pointer_view_xy)
            draw_brush(painter, image_xy, self._brush_diameter_px, self.placement)
            if self._is_brush_size_shown:
                draw_note(painter, self._brush_text(), QPointF(*self._pointer_view_xy) + QPointF(14, -6))

    def _brush_text(self) -> str:
        if self.mm_per_px is None:
            return f"{self._brush_diameter_px} px"
        return f"{self._brush_diameter_px} px = {self._brush_diameter_px * self.mm_per_px:.2f} mm"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start or continue a gesture; the middle button or Space pans with any tool."""
        self._press(event)

    def _press(self, event: QSinglePointEvent) -> None:
        view_xy = _view_xy(event.position())
        self._move_pointer(view_xy)
        pointer = self._pointer(PointerEventType.PRESS, view_xy, event)
        is_left = event.button() is Qt.MouseButton.LeftButton
        if event.button() is Qt.MouseButton.MiddleButton or (is_left and self._is_space_held):
            if self._gesture is None and self.has_image:
                self._gesture_button = event.button()
                self._start(pan(self, pointer))
        elif is_left:
            self._gesture_button = event.button()
            tool = self._tool_of(event)
            if event.pointerType() is QPointingDevice.PointerType.Eraser:
                # Nothing held turns the eraser end into one that adds.
                pointer = replace(pointer, is_subtracting=tool != "eraser")
            self.feed(pointer, tool)
        self._show_cursor()

    def _tool_of(self, event: QSinglePointEvent) -> str:
        """Return the tool that a press takes: the one in hand, or what erases for the eraser end of a pen."""
        if event.pointerType() is not QPointingDevice.PointerType.Eraser or self._tool in _SUBTRACTING:
            return self._tool
        return _ERASING_TOOL.get(self._tool, "eraser")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Continue a gesture and move the brush's circle."""
        self._move(event)

    def _move(self, event: QSinglePointEvent) -> None:
        view_xy = _view_xy(event.position())
        self._move_pointer(view_xy)
        self.feed(self._pointer(PointerEventType.MOVE, view_xy, event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        self._release(event)

    def _release(self, event: QSinglePointEvent) -> None:
        if event.button() is self._gesture_button:
            self.feed(self._pointer(PointerEventType.RELEASE, _view_xy(event.position()), event))
            self._show_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Close an outline; for other tools a second press."""
        self._press_again(event)

    def _press_again(self, event: QSinglePointEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._gesture is not None:
            self.feed(self._pointer(PointerEventType.DOUBLE_PRESS, _view_xy(event.position()), event))
        else:
            self._press(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Take a pen as the mouse is taken; its eraser end takes away whatever tool is in hand."""
        if event.type() == QEvent.Type.TabletPress:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            tap = (event.timestamp(), _view_xy(event.position()))
            is_second, self._last_tap = self._is_second_tap(tap), tap
            (self._press_again if is_second else self._press)(event)
        elif event.type() == QEvent.Type.TabletRelease:
            self._release(event)
        else:
            self._move(event)
        event.accept()

    def _is_second_tap(self, tap: tuple[int, Point]) -> bool:
        """Say whether a press of the pen is the second of two: Qt makes double clicks for the mouse only."""
        if self._last_tap is None:
            return False
        hints = QGuiApplication.styleHints()
        elapsed_ms = tap[0] - self._last_tap[0]
        is_near = length_px(tap[1], self._last_tap[1]) <= hints.touchDoubleTapDistance()
        return 0 < elapsed_ms <= hints.mouseDoubleClickInterval() and is_near

    def event(self, event: QEvent) -> bool:
        """Zoom by a pinch on a touchpad."""
        if isinstance(event, QNativeGestureEvent):
            return self._take_gesture(event)
        return super().event(event)

    def _take_gesture(self, event: QNativeGestureEvent) -> bool:
        kind = event.gestureType()
        if kind is Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_by(max(1.0 + event.value(), 0.1), _view_xy(event.position()))
        elif kind is Qt.NativeGestureType.SmartZoomNativeGesture:
            self.fit()
        elif kind not in (
            Qt.NativeGestureType.BeginNativeGesture,
            Qt.NativeGestureType.EndNativeGesture,
        ):
            event.ignore()
            return False
        event.accept()
        return True

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom to the pointer; with Ctrl or Alt, change the brush (Qt swaps the axes while Alt is held).

        Two fingers on a touchpad move the image instead; there, a pinch zooms.
        """
        is_touchpad = event.deviceType() is QInputDevice.DeviceType.TouchPad
        if is_touchpad and not event.modifiers() & _ALT_OR_CTRL:
            moved = QPointF(event.pixelDelta())
            if moved.isNull():
                moved = QPointF(event.angleDelta()) * (_MOVE_PER_NOTCH_PX / _WHEEL_NOTCH)
            self.move_view(moved.x(), moved.y())
            event.accept()
            return
        delta = event.angleDelta()
        notches = (delta.y() or delta.x()) / _WHEEL_NOTCH
        if notches == 0:
            return
        if event.modifiers() & _ALT_OR_CTRL:
            self.grow_brush(notches)
        else:
            self.zoom_by(_ZOOM_PER_NOTCH**notches, _view_xy(event.position()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Cancel, close an outline, pan with Space, change the brush with [ and ]."""
        key = Qt.Key(event.key())
        if key is Qt.Key.Key_Escape:
            self.cancel_gesture()
        elif key is Qt.Key.Key_Space and not event.isAutoRepeat():
            self._hold_space(is_held=True)
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self.grow_brush(1.0 if key is Qt.Key.Key_BracketRight else -1.0)
        elif key in _ACTS_BY_KEY and self._gesture is not None:
            self.feed(self._pointer(_ACTS_BY_KEY[key], self._pointer_view_xy or self._centre(), event))
        elif key is not Qt.Key.Key_Space:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Take the tool up again when Space is let go."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._hold_space(is_held=False)
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget a held Space: its release goes elsewhere."""
        self._hold_space(is_held=False)
        super().focusOutEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the brush's circle."""
        self._move_pointer(None)
        super().leaveEvent(event)

    def _hold_space(self, *, is_held: bool) -> None:
        self._is_space_held = is_held
        self._show_cursor()
        self._update_brush()


def _view_xy(position: QPointF) -> Point:
    return position.x(), position.y()
