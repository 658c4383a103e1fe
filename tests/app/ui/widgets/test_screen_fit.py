import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import PageDialog
from app.ui.widgets.screen_fit import fitted
from app.ui.widgets.text_dialog import TextDialog

SMALL = QRect(0, 0, 1366, 738)
TITLE = QRect(2, 30, 4, 32)


@pytest.mark.parametrize(
    "geometry",
    [
        QRect(0, 0, 1440, 900),
        QRect(1900, 900, 800, 600),
        QRect(-500, -500, 3000, 300),
        QRect(100, 100, 400, 5000),
    ],
)
@pytest.mark.parametrize("room", [SMALL, QRect(1920, 200, 960, 500)])
def test_a_fitted_window_lies_in_its_room_with_its_frame(geometry: QRect, room: QRect) -> None:
    placed = fitted(geometry, room, TITLE)
    frame = QRect(placed.left() - 2, placed.top() - 30, placed.width() + 4, placed.height() + 32)
    assert room.contains(frame)
    assert placed.width() == min(geometry.width(), room.width() - 4)


def test_a_window_that_fits_stays_as_it_is() -> None:
    assert fitted(QRect(20, 50, 800, 600), SMALL, TITLE) == QRect(20, 50, 800, 600)


def test_a_long_page_scrolls_and_its_buttons_stay_on_the_screen(qtbot: QtBot) -> None:
    dialog = TextDialog("Title", [f"Paragraph {number}" for number in range(200)], accept_text="Go on")
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.screen().availableGeometry().contains(dialog.frameGeometry())
    assert dialog.scrolls
    (button,) = (one for one in dialog.findChildren(QPushButton) if one.text() == "Go on")
    assert button.isVisible()
    assert dialog.rect().contains(button.geometry().translated(button.parentWidget().pos()))


def test_a_short_page_is_seen_whole_and_makes_room_when_it_grows(qtbot: QtBot) -> None:
    dialog = PageDialog()
    qtbot.addWidget(dialog)
    dialog.page.addWidget(plain_label("One line"))
    dialog.foot.addWidget(QPushButton("Close"))
    dialog.show()
    assert not dialog.scrolls
    added = QWidget()
    added.setFixedHeight(300)
    dialog.page.addWidget(added)
    qtbot.waitUntil(lambda: dialog.height() > 300)
    assert not dialog.scrolls
