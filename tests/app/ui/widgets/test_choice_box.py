import pytest
from pytestqt.qtbot import QtBot

from app.ui.theme import Theme
from app.ui.widgets.choice_box import ChoiceBox


@pytest.mark.parametrize("count", [2, 9])
def test_an_opened_list_shows_its_last_choice_whole(qtbot: QtBot, theme: Theme, count: int) -> None:
    box = ChoiceBox((f"Choice {number}", number) for number in range(count))
    qtbot.addWidget(box)
    box.show()
    box.showPopup()
    rows = box.view()
    last = rows.visualRect(box.model().index(box.count() - 1, 0))
    assert rows.viewport().rect().contains(last)
    box.hidePopup()
