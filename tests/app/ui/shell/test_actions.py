import re
from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

import resources
from app.ui.editor.tools import TOOLS
from app.ui.shell.actions import ACTIONS, MENUS, Action


def test_ids_are_unique() -> None:
    assert [name for name, count in Counter(entry.id for entry in ACTIONS).items() if count > 1] == []


def test_shortcuts_are_unique_and_understood(qapp: QApplication) -> None:
    shortcuts = [entry.shortcut for entry in ACTIONS if entry.shortcut]
    understood = [QKeySequence(shortcut).toString() for shortcut in shortcuts]
    assert "" not in understood
    assert [keys for keys, count in Counter(understood).items() if count > 1] == []


@pytest.mark.parametrize("entry", ACTIONS, ids=lambda entry: entry.id)
def test_an_action_has_a_menu_words_and_a_shipped_icon(entry: Action) -> None:
    assert entry.menu in MENUS
    assert re.fullmatch(r"[A-Z][^.]+", entry.text)
    assert not entry.icon or resources.path("icons", f"{entry.icon}.svg").is_file()
    assert not entry.in_tool_bar or entry.icon


def test_every_canvas_tool_can_be_chosen() -> None:
    offered = {entry.id.removeprefix("tool.") for entry in ACTIONS if entry.is_tool}
    assert offered == set(TOOLS)


def test_every_case_and_mask_verb_can_be_reached_by_keyboard() -> None:
    without_keys = [
        entry.id for entry in ACTIONS if not entry.shortcut and not entry.id.startswith(("help", "file"))
    ]
    assert without_keys == []
