"""Keeps windows on the screen there is, which may be smaller than the one they were made for."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QStyle, QWidget


def fit_to_screen(window: QWidget) -> None:
    """Shrink and move a window so that all of it, its frame too, lies on the free part of its screen."""
    if window.isMaximized() or window.isFullScreen():
        return
    screen = _screen_of(window)
    if screen is None:
        return
    frame = _frame_px(window)
    placed = fitted(window.geometry(), screen.availableGeometry(), frame)
    if placed.size() != window.size():
        window.resize(placed.size())
    if placed.topLeft() != window.geometry().topLeft():
        window.move(placed.topLeft() - QPoint(frame.left(), frame.top()))


def toggle_full_screen(window: QWidget) -> None:
    """Use the whole screen, or go back."""
    window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)


def fitted(geometry: QRect, room: QRect, frame: QRect) -> QRect:
    """Return ``geometry`` shrunk and moved into ``room``.

    Args:
        geometry: of a window without its frame, logical pixels.
        room: the free part of a screen.
        frame: thickness of the window's frame: left, top, and both sides together as width and height.
    """
    width = min(geometry.width(), room.width() - frame.width())
    height = min(geometry.height(), room.height() - frame.height())
    left, top = room.left() + frame.left(), room.top() + frame.top()
    rightmost = left + room.width() - frame.width() - width
    lowest = top + room.height() - frame.height() - height
    return QRect(
        min(max(geometry.left(), left), rightmost), min(max(geometry.top(), top), lowest), width, height
    )


def _screen_of(window: QWidget) -> QScreen | None:
    """Return the screen on which a window lies, or will: a screen may be gone since it was remembered."""
    return QGuiApplication.screenAt(window.geometry().center()) or window.screen()


def _frame_px(window: QWidget) -> QRect:
    """Return the frame as ``fitted`` takes it; before the window manager has drawn it, an estimate."""
    outer, inner = window.frameGeometry(), window.geometry()
    if window.isVisible() and outer != inner:
        return QRect(
            inner.left() - outer.left(),
            inner.top() - outer.top(),
            outer.width() - inner.width(),
            outer.height() - inner.height(),
        )
    title_px = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight, None, window)
    return QRect(0, title_px, 0, title_px)
