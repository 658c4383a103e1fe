from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from app.ui.shell.actions import shortcut_groups
from app.ui.shell.shortcut_sheet import ShortcutSheet
from app.ui.theme import Theme


def test_the_whole_sheet_is_seen_without_scrolling(qtbot: QtBot, theme: Theme) -> None:
    sheet = ShortcutSheet(shortcut_groups())
    qtbot.addWidget(sheet)
    sheet.show()
    area = sheet.findChild(QScrollArea)
    assert area is not None
    assert area.verticalScrollBar().maximum() == 0
