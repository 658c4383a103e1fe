import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets.wrapping_layout import WrappingLayout

WIDTHS = [90, 140, 200, 333, 640, 1200]


@pytest.fixture
def bar(qtbot: QtBot) -> QWidget:
    """Return six buttons of 60 px, one of them hidden, and a slider that can grow."""
    bar = QWidget()
    qtbot.addWidget(bar)
    layout = WrappingLayout(bar)
    layout.setContentsMargins(5, 4, 5, 4)
    layout.setSpacing(6)
    for _ in range(6):
        button = QToolButton()
        button.setFixedSize(60, 30)
        layout.addWidget(button)
    slider = QSlider()
    slider.setMinimumWidth(70)
    slider.setSizePolicy(slider.sizePolicy().Policy.Expanding, slider.sizePolicy().Policy.Fixed)
    layout.addWidget(slider)
    bar.findChildren(QToolButton)[2].hide()
    return bar


def _placed(bar: QWidget, width: int) -> list[QRect]:
    bar.resize(width, bar.layout().heightForWidth(width))
    bar.show()
    return [part.geometry() for part in bar.findChildren(QWidget) if part.isVisible()]


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_and_nothing_overlaps(bar: QWidget, width: int) -> None:
    placed = _placed(bar, width)
    assert len(placed) == 6
    for number, rect in enumerate(placed):
        assert bar.rect().contains(rect)
        assert not any(rect.intersects(other) for other in placed[:number])


def test_a_narrower_bar_is_higher(bar: QWidget) -> None:
    heights = [bar.layout().heightForWidth(width) for width in WIDTHS]
    assert heights == sorted(heights, reverse=True)
    assert heights[-1] < heights[0]


def test_what_can_grow_fills_its_row(bar: QWidget) -> None:
    slider = _placed(bar, 1200)[-1]
    assert slider.right() == 1200 - 1 - 5
    assert slider.width() > 70
