"""A page that can be scrolled when it is higher than its place."""

from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

_MARGIN_PX = 12


def scroll_area(page: QWidget) -> QScrollArea:
    """Return a scroll area without a frame that holds a page of its own width."""
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    return area


def scrolled(part: QWidget) -> QScrollArea:
    """Return a scroll area with a part at its top, and the usual margin round it."""
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(_MARGIN_PX, _MARGIN_PX, _MARGIN_PX, _MARGIN_PX)
    layout.addWidget(part)
    layout.addStretch(1)
    return scroll_area(page)
