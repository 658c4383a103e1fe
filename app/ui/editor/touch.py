"""Fingers on a touchscreen: one draws as the mouse does, two move and zoom the image."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEventPoint, QMouseEvent, QTouchEvent

from app.ui.editor.image_view import ImageView
from app.ui.editor.spaces import Point, length_px
from app.ui.editor.taps import Taps

_LEAST_SPREAD_PX = 8.0
"""Fingers nearer than this tell no ratio."""
_STILL_PX = 4.0
"""A finger that has moved less may be the first of two; it draws once it moves further, or is lifted."""


class Touch:
    """Follows the fingers from the first that is put down to the last that is lifted."""

    def __init__(
        self, view: ImageView, draw: Callable[[QMouseEvent], bool], take_back: Callable[[], None]
    ) -> None:
        self._view = view
        self._draw = draw
        self._take_back = take_back
        self._taps = Taps()
        self._waiting_press: QMouseEvent | None = None
        """Of a finger that has neither moved nor been lifted."""
        self._drawing_finger: int | None = None
        self._two: dict[int, Point] = {}
        """Where the two fingers that move the image were last, by their numbers; empty with fewer."""
        view.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)

    def take(self, event: QTouchEvent) -> bool:
        """Take an event; a stroke that had begun is taken back when a second finger comes down."""
        kind, fingers = event.type(), _down(event)
        if kind is QEvent.Type.TouchCancel:
            self._leave_stroke()
            self._two = {}
        elif kind is QEvent.Type.TouchBegin and len(fingers) == 1:
            self._put_down(event, fingers[0])
        elif len(fingers) >= 2:
            self._leave_stroke()
            self._move_and_zoom({finger.id(): _view_xy(finger) for finger in fingers[:2]})
        else:
            self._two = {}
            self._follow_stroke(event)
        event.setAccepted(True)
        return True

    def _put_down(self, event: QTouchEvent, finger: QEventPoint) -> None:
        self._drawing_finger = finger.id()
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        is_second = self._taps.is_second(event.timestamp(), _view_xy(finger))
        kind = QEvent.Type.MouseButtonDblClick if is_second else QEvent.Type.MouseButtonPress
        self._waiting_press = _as_mouse(kind, event, finger)

    def _follow_stroke(self, event: QTouchEvent) -> None:
        """Go on with the stroke of the first finger; a finger that is left of two draws nothing."""
        for finger in event.points():
            if finger.id() != self._drawing_finger:
                continue
            if finger.state() is QEventPoint.State.Released:
                self._drawing_finger = None
                self._press()
                self._draw(_as_mouse(QEvent.Type.MouseButtonRelease, event, finger))
            elif finger.state() is QEventPoint.State.Updated and self._has_left_its_place(finger):
                self._press()
                self._draw(_as_mouse(QEvent.Type.MouseMove, event, finger))

    def _has_left_its_place(self, finger: QEventPoint) -> bool:
        if self._waiting_press is None:
            return True
        start = self._waiting_press.position()
        return length_px(_view_xy(finger), (start.x(), start.y())) >= _STILL_PX

    def _press(self) -> None:
        press, self._waiting_press = self._waiting_press, None
        if press is not None:
            self._draw(press)

    def _leave_stroke(self) -> None:
        if self._drawing_finger is not None and self._waiting_press is None:
            self._take_back()
        self._drawing_finger, self._waiting_press = None, None

    def _move_and_zoom(self, two: dict[int, Point]) -> None:
        before, self._two = self._two, two
        if before.keys() != two.keys():
            # Of three fingers one was lifted or put down: the new pair begins where it is.
            return
        centre, old_centre = _middle(*two.values()), _middle(*before.values())
        self._view.move_view(centre[0] - old_centre[0], centre[1] - old_centre[1])
        spread, old_spread = length_px(*two.values()), length_px(*before.values())
        if min(spread, old_spread) >= _LEAST_SPREAD_PX:
            self._view.zoom_by(spread / old_spread, centre)


def _down(event: QTouchEvent) -> list[QEventPoint]:
    """Return the fingers that are on the screen after an event, always in the same order."""
    points = [point for point in event.points() if point.state() is not QEventPoint.State.Released]
    return sorted(points, key=QEventPoint.id)


def _view_xy(finger: QEventPoint) -> Point:
    position = finger.position()
    return position.x(), position.y()


def _middle(first: Point, second: Point) -> Point:
    return (first[0] + second[0]) / 2, (first[1] + second[1]) / 2


def _as_mouse(kind: QEvent.Type, event: QTouchEvent, finger: QEventPoint) -> QMouseEvent:
    """Return what the left button of a mouse would have told at a finger's place."""
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    return QMouseEvent(
        kind,
        QPointF(finger.position()),
        QPointF(finger.globalPosition()),
        none if kind is QEvent.Type.MouseMove else left,
        none if kind is QEvent.Type.MouseButtonRelease else left,
        event.modifiers(),
    )
