"""Dialogs that fit the screen: what is longer than the screen scrolls, the buttons are always seen."""

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from app.ui.widgets.screen_fit import fit_to_screen

_LEAST_PAGE_PX = 120


class FittedDialog(QDialog):
    """A dialog that never reaches beyond the screen."""

    def showEvent(self, event: QShowEvent) -> None:
        """Shrink and move the dialog to the screen on which it opens."""
        super().showEvent(event)
        fit_to_screen(self)


class PageDialog(FittedDialog):
    """A page that scrolls where the screen is too small, and a foot below it that never does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        content, below = QWidget(), QWidget()
        self.page, self.foot = QVBoxLayout(content), QVBoxLayout(below)
        self.page.setContentsMargins(18, 16, 18, 5)
        self.foot.setContentsMargins(18, 5, 18, 14)
        for part in (self.page, self.foot):
            part.setSpacing(10)
        self._area, self._below = _PageArea(content), below
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._area, 1)
        layout.addWidget(below)
        content.installEventFilter(self)

    @property
    def scrolls(self) -> bool:
        """Say whether a part of the page is hidden at the moment."""
        return self._area.verticalScrollBar().maximum() > 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Make room when the page has grown."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._grow()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Make room when the foot has grown."""
        is_taken = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._grow()
        return is_taken

    def showEvent(self, event: QShowEvent) -> None:
        """Open as high as the page is, or as the screen lets it."""
        self._grow(is_opening=True)
        super().showEvent(event)

    def _grow(self, *, is_opening: bool = False) -> None:
        if not (self.isVisible() or is_opening) or self.isMaximized():
            return
        wanted = _height_at(self._area.content, self.width()) + _height_at(self._below, self.width())
        if wanted > self.height():
            self.resize(self.width(), wanted)
            fit_to_screen(self)


class _PageArea(QScrollArea):
    """Asks for as much room as its page, and can do with less."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.content = content
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def sizeHint(self) -> QSize:
        """Return the size of the page."""
        width = max(self.content.sizeHint().width(), self.minimumSizeHint().width())
        return QSize(width, _height_at(self.content, width))

    def minimumSizeHint(self) -> QSize:
        """Return the width of the page beside a scroll bar, and a few lines' height."""
        least = self.content.minimumSizeHint()
        bar_px = self.verticalScrollBar().sizeHint().width()
        return QSize(least.width() + bar_px, min(least.height(), _LEAST_PAGE_PX))


def _height_at(part: QWidget, width: int) -> int:
    layout = part.layout()
    if layout is not None and layout.hasHeightForWidth():
        return layout.totalHeightForWidth(width)
    return part.sizeHint().height()
