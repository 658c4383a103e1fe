"""In another language the whole window is in that language: here every sentence stands in brackets."""

import gettext
import re
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QGroupBox, QLabel, QMenu, QTabWidget

from app.translation import use_translations
from app.ui.shell.actions import ACTIONS, MENUS, shortcut_groups
from app.ui.shell.main_window import MainWindow
from tests.app.ui.conftest import OpenWindow
from tests.bracketed import Bracketed

pytestmark = pytest.mark.slow

_WORDS = re.compile(r"[^\W\d_]{3,}")


_OF_QT = {"Scroll Left", "Scroll Right"}
"""What Qt's own buttons say, which Qt translates."""


@pytest.fixture
def window(open_window: OpenWindow) -> Iterator[MainWindow]:
    use_translations(Bracketed())
    yield open_window()
    use_translations(gettext.NullTranslations())


def test_every_menu_is_translated(window: MainWindow) -> None:
    menus = [menu.title() for menu in window.menuBar().findChildren(QMenu)]
    assert menus[: len(MENUS)] == [f"[{name}]" for name in MENUS]


def test_every_action_and_its_tip_are_translated(window: MainWindow) -> None:
    actions = [window.findChild(QAction, entry.id) for entry in ACTIONS]
    said = [text for action in actions if action for text in (action.text(), action.toolTip())]
    assert len(said) == 2 * len(ACTIONS)
    assert [text for text in said if not text.startswith("[")] == []


def test_every_line_of_the_sheet_of_keys_is_translated(window: MainWindow) -> None:
    groups = shortcut_groups()
    assert [title for title, _ in groups if not title.startswith("[")] == []
    assert [what for _, lines in groups for _, what in lines if not what.startswith("[")] == []


def test_tabs_buttons_and_labels_are_translated(window: MainWindow) -> None:
    tabs = window.findChildren(QTabWidget)
    said = [tab.tabText(index) for tab in tabs for index in range(tab.count())]
    said += [button.text() for button in window.findChildren(QAbstractButton)]
    said += [label.text() for label in window.findChildren(QLabel)]
    said += [box.title() for box in window.findChildren(QGroupBox)]
    said += [button.accessibleName() for button in window.findChildren(QAbstractButton)]
    assert len([text for text in said if text.startswith("[")]) > 30
    plain = {text for text in said if _WORDS.search(text) and "[" not in text}
    assert plain - _OF_QT == set()
