"""Pointer, wheel, pinch, pen, fingers and keys in the view drive the gesture, the zoom and the brush."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QInputDevice,
    QInputEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPointingDevice,
    QSinglePointEvent,
    QTabletEvent,
    QTouchEvent,
    QWheelEvent,
)

from app.ui.editor.image_view import ImageView
from app.ui.editor.pen import Pen
from app.ui.editor.spaces import Point, length_words
from app.ui.editor.tool_controller import ToolController
from app.ui.editor.tool_keys import key_press_of
from app.ui.editor.tool_previews import draw_brush, draw_note
from app.ui.editor.tools import FIRST_TOOL, PEN_ERASER
from app.ui.editor.tools.gesture import KeyPress, Pointer, PointerEventType
from app.ui.editor.tools.tool import Tool
from app.ui.editor.tools.tool_option import BRUSH_SIZE
from app.ui.editor.touch import Touch

_WHEEL_NOTCH = 120.0
_ZOOM_PER_NOTCH = 1.2
_MOVE_PER_NOTCH_PX = 48.0
_ALT_OR_CTRL = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier
_ACTS_BY_KEY = {
    Qt.Key.Key_Return: PointerEventType.CONFIRM,
    Qt.Key.Key_Enter: PointerEventType.CONFIRM,
    Qt.Key.Key_Backspace: PointerEventType.STEP_BACK,
}


@dataclass(frozen=True, slots=True)
class _BrushSizing:
    """A drag that changes the brush: to the right larger, to the left smaller, in pixels of the view."""

    start_view_xy: Point
    first_diameter: float

    def diameter_at(self, view_xy: Point) -> float:
        return self.first_diameter + view_xy[0] - self.start_view_xy[0]


class ToolInput(QObject):
    """Translates the events of a view for the tool in hand, and draws what the tool shows."""

    cursor_moved = Signal(object)
    """(x, y) in the image under the pointer, or None when it is not on the image."""

    def __init__(self, view: ImageView, tools: ToolController) -> None:
        super().__init__(view)
        self._view = view
        self._tools = tools
        self._gesture_button = Qt.MouseButton.NoButton
        self._pointer_view_xy: Point | None = None
        self._drawn_circle = QRect()
        """Where the brush's circle was drawn last."""
        self._is_space_held = False
        self._is_brush_size_shown = False
        self._sizing: _BrushSizing | None = None
        """While the brush is made larger or smaller by a drag."""
        self.pen = Pen()
        self._touch = Touch(view, self._take_mouse, self._take_press_back)
        self._has_continued = False
        """Whether the last press continued what others had begun, as a corner of a polygon does."""
        view.setAttribute(Qt.WidgetAttribute.WA_TabletTracking)
        view.attach(self._take, self._draw)
        tools.tool_changed.connect(self._show_cursor)
        tools.option_changed.connect(lambda _name, _value: self._repaint_circle())
        tools.brush_grown.connect(self._show_brush_size)
        self._show_cursor()

    def _take(self, event: QEvent) -> bool:
        """Take an event of the view; False leaves it to Qt."""
        kind = event.type()
        if isinstance(event, QMouseEvent):
            return self._take_mouse(event)
        if isinstance(event, QTabletEvent):
            return self._take_pen(event)
        if isinstance(event, QTouchEvent):
            return self._touch.take(event)
        if isinstance(event, QWheelEvent):
            return self._take_wheel(event)
        if isinstance(event, QNativeGestureEvent):
            return self._take_pinch(event)
        if isinstance(event, QKeyEvent) and kind is QEvent.Type.ShortcutOverride:
            return self._claim_key(event)
        if isinstance(event, QKeyEvent) and kind is QEvent.Type.KeyPress:
            return self._take_key(event)
        if isinstance(event, QKeyEvent) and kind is QEvent.Type.KeyRelease:
            return self._take_key_release(event)
        if kind is QEvent.Type.FocusOut:
            # The release of a held Space goes elsewhere.
            self._sizing = None
            self._hold_space(is_held=False)
        elif kind is QEvent.Type.Leave:
            self._move_pointer(None)
        return False

    def _take_mouse(self, event: QMouseEvent) -> bool:
        kind = event.type()
        if kind is QEvent.Type.MouseButtonPress:
            self._press(event)
        elif kind is QEvent.Type.MouseMove:
            self._move(event)
        elif kind is QEvent.Type.MouseButtonRelease:
            self._release(event)
        elif kind is QEvent.Type.MouseButtonDblClick:
            self._press_again(event)
        else:
            return False
        return True

    def _take_pen(self, event: QTabletEvent) -> bool:
        """Take a pen as the mouse is taken; its eraser end takes away whatever tool is in hand."""
        self.pen.follow(event)
        if event.type() is QEvent.Type.TabletPress:
            self._view.setFocus(Qt.FocusReason.MouseFocusReason)
            (self._press_again if self.pen.is_second_tap(event) else self._press)(event)
        elif event.type() is QEvent.Type.TabletRelease:
            self._release(event)
            self.pen.lift()
        else:
            self._move(event)
        event.accept()
        return True

    def _press(self, event: QSinglePointEvent) -> None:
        """Start or continue a gesture; the middle button or Space moves the image with any tool."""
        view_xy = _view_xy(event.position())
        self._move_pointer(view_xy)
        pointer = self._pointer(PointerEventType.PRESS, view_xy, event)
        is_left = event.button() is Qt.MouseButton.LeftButton
        if event.button() is Qt.MouseButton.MiddleButton or (is_left and self._is_space_held):
            if not self._tools.is_drawing:
                self._gesture_button = event.button()
                self._tools.start(FIRST_TOOL, pointer)
        elif event.button() is Qt.MouseButton.RightButton and event.modifiers() & _ALT_OR_CTRL:
            if self._tools.tool.stamps and not self._tools.is_drawing:
                self._sizing = _BrushSizing(view_xy, self._tools.option(BRUSH_SIZE))
        elif is_left and self._sizing is None:
            self._gesture_button = event.button()
            self._has_continued = self._tools.is_drawing
            tool = self._tool_of(event)
            if event.pointerType() is QPointingDevice.PointerType.Eraser:
                # Nothing held turns the eraser end into one that adds.
                pointer = replace(pointer, is_subtracting=not tool.adds_with_modifier)
            self._tools.feed(pointer, tool)
        self._show_cursor()

    def _tool_of(self, event: QSinglePointEvent) -> Tool:
        """Return the tool that a press takes: the one in hand, or what erases for the eraser end of a pen."""
        tool = self._tools.tool
        if event.pointerType() is not QPointingDevice.PointerType.Eraser or tool.is_subtracting:
            return tool
        return tool.eraser_end or PEN_ERASER

    def _move(self, event: QSinglePointEvent) -> None:
        view_xy = _view_xy(event.position())
        if self._sizing is not None:
            self._tools.set_option(BRUSH_SIZE, self._sizing.diameter_at(view_xy))
            self._show_brush_size()
            return
        self._move_pointer(view_xy)
        self._tools.feed(self._pointer(PointerEventType.MOVE, view_xy, event))

    def _release(self, event: QSinglePointEvent) -> None:
        if event.button() is Qt.MouseButton.RightButton:
            self._sizing = None
        elif event.button() is self._gesture_button:
            self._tools.feed(self._pointer(PointerEventType.RELEASE, _view_xy(event.position()), event))
            self._show_cursor()

    def _press_again(self, event: QSinglePointEvent) -> None:
        """Close an outline; for other tools a second press."""
        if event.button() is Qt.MouseButton.LeftButton and self._tools.is_drawing:
            self._tools.feed(self._pointer(PointerEventType.DOUBLE_PRESS, _view_xy(event.position()), event))
        else:
            self._press(event)

    def _take_press_back(self) -> None:
        """Undo the press of a finger that turned out to be the first of two."""
        if self._has_continued and self._pointer_view_xy is not None:
            image_xy = self._view.placement.image_xy(self._pointer_view_xy)
            self._tools.feed(Pointer(PointerEventType.STEP_BACK, image_xy, self._pointer_view_xy))
        else:
            self._tools.cancel_gesture()

    def _pointer(self, act: PointerEventType, view_xy: Point, event: QInputEvent) -> Pointer:
        return Pointer(
            act,
            self._view.placement.image_xy(view_xy),
            view_xy,
            is_subtracting=bool(event.modifiers() & _ALT_OR_CTRL),
            is_straight=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier),
            pressure=self.pen.pressure,
        )

    def _take_pinch(self, event: QNativeGestureEvent) -> bool:
        kind = event.gestureType()
        if kind is Qt.NativeGestureType.ZoomNativeGesture:
            self._view.zoom_by(max(1.0 + event.value(), 0.1), _view_xy(event.position()))
        elif kind is Qt.NativeGestureType.SmartZoomNativeGesture:
            self._view.fit()
        elif kind not in (
            Qt.NativeGestureType.BeginNativeGesture,
            Qt.NativeGestureType.EndNativeGesture,
        ):
            event.ignore()
            return False
        event.accept()
        return True

    def _take_wheel(self, event: QWheelEvent) -> bool:
        """Zoom to the pointer; with Ctrl or Alt, change the brush (Qt swaps the axes while Alt is held).

        Two fingers on a touchpad move the image instead; there, a pinch zooms.
        """
        is_touchpad = event.deviceType() is QInputDevice.DeviceType.TouchPad
        is_modified = bool(event.modifiers() & _ALT_OR_CTRL)
        delta = event.angleDelta()
        notches = (delta.y() or delta.x()) / _WHEEL_NOTCH
        if is_touchpad and not is_modified:
            moved = QPointF(event.pixelDelta())
            if moved.isNull():
                moved = QPointF(delta) * (_MOVE_PER_NOTCH_PX / _WHEEL_NOTCH)
            self._view.move_view(moved.x(), moved.y())
        elif notches and is_modified:
            self._tools.grow_brush(notches)
        elif notches:
            self._view.zoom_by(_ZOOM_PER_NOTCH**notches, _view_xy(event.position()))
        event.accept()
        return True

    def _take_key(self, event: QKeyEvent) -> bool:
        """Cancel, close an outline, move the image with Space, change the brush with [ and ]."""
        key = Qt.Key(event.key())
        if key is Qt.Key.Key_Escape:
            self._give_up()
        elif key is Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._hold_space(is_held=True)
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self._tools.grow_brush(1.0 if key is Qt.Key.Key_BracketRight else -1.0)
        elif (tool_key := self._tool_key(event)) is not None:
            self._tools.take_key(tool_key)
        elif key in _ACTS_BY_KEY and self._tools.is_drawing:
            view_xy = self._pointer_view_xy or self._view.centre_xy
            self._tools.feed(self._pointer(_ACTS_BY_KEY[key], view_xy, event))
        else:
            return False
        return True

    def _claim_key(self, event: QKeyEvent) -> bool:
        """Keep a key that the tool in hand takes from the actions of the window."""
        if self._tool_key(event) is None:
            return False
        event.accept()
        return True

    def _tool_key(self, event: QKeyEvent) -> KeyPress | None:
        """Return what a key means for the tool in hand; None where it has no use for it."""
        return key_press_of(event, self._view.placement) if self._tools.takes_keys else None

    def _give_up(self) -> None:
        """Leave gesture and size of the brush as they were before the drag."""
        if self._sizing is not None:
            self._tools.set_option(BRUSH_SIZE, self._sizing.first_diameter)
            self._sizing = None
        self._tools.give_up()

    def _take_key_release(self, event: QKeyEvent) -> bool:
        """Take the tool up again when Space is let go."""
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
            return False
        self._hold_space(is_held=False)
        return True

    def _hold_space(self, *, is_held: bool) -> None:
        self._is_space_held = is_held
        self._show_cursor()
        self._repaint_circle()

    def _show_cursor(self) -> None:
        tool = FIRST_TOOL if self._is_space_held else self._tools.tool
        dragging_cursor = tool.dragging_cursor if self._tools.is_drawing else None
        self._view.setCursor(dragging_cursor or tool.cursor)

    def _move_pointer(self, view_xy: Point | None) -> None:
        if self._is_brush_size_shown:
            self._is_brush_size_shown = False
            self._view.update()
        self._pointer_view_xy = view_xy
        self._repaint_circle()
        if not self._view.has_image or view_xy is None:
            self.cursor_moved.emit(None)
            return
        x, y = self._view.placement.image_xy(view_xy)
        height, width = self._view.image_shape
        is_on_image = 0 <= x < width and 0 <= y < height
        self.cursor_moved.emit((x, y) if is_on_image else None)

    def _repaint_circle(self) -> None:
        """Ask for a repaint where the brush's circle was drawn, and where it is now."""
        self._view.update(self._drawn_circle)
        self._view.update(self._circle())

    def _circle(self) -> QRect:
        """Return the part of the view that the brush's circle takes, empty when none is to be drawn."""
        if self._pointer_view_xy is None or not self._tools.tool.stamps:
            return QRect()
        radius = (self._tools.brush_diameter_px / 2 + 1) * self._view.placement.scale + 6
        x, y = self._pointer_view_xy
        circle = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
        return circle.toAlignedRect().intersected(self._view.rect())

    def _show_brush_size(self) -> None:
        self._is_brush_size_shown = True
        self._view.update()

    def _draw(self, painter: QPainter) -> None:
        """Draw the gesture's preview, and the brush's circle at its true size."""
        view, tools = self._view, self._tools
        preview = tools.shown_preview or tools.resting_preview
        if preview is not None:
            preview.draw(painter, view.placement, view.mm_per_px)
        self._drawn_circle = self._circle()
        if self._pointer_view_xy is not None and tools.tool.stamps and not self._is_space_held:
            image_xy = view.placement.image_xy(self._pointer_view_xy)
            draw_brush(painter, image_xy, tools.brush_diameter_px, view.placement)
            if self._is_brush_size_shown:
                draw_note(painter, self._brush_text(), QPointF(*self._pointer_view_xy) + QPointF(14, -6))

    def _brush_text(self) -> str:
        return length_words(self._tools.brush_diameter_px, self._view.mm_per_px)


def _view_xy(position: QPointF) -> Point:
    return position.x(), position.y()
