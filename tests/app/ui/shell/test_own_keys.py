"""Keys that a person chooses: taken ones are refused, and menus, tips and the sheet follow."""

from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from app.settings import read_settings
from app.ui.shell.actions import ACTIONS, key_lines, shortcut_groups
from app.ui.shell.own_keys import KeyLine, usable, why_not
from app.ui.shell.own_keys_dialog import OwnKeysDialog
from tests.app.ui.conftest import OpenWindow

BRUSH, PAN = KeyLine("tool.brush", "Tools ▸ Brush", "B"), KeyLine("tool.pan", "Tools ▸ Move", "V")
LINES = (BRUSH, PAN)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("V", "taken by “Tools ▸ Move”"),
        ("Space", "belongs to the tools and fields"),
        ("Ctrl+K, Ctrl+B", "One press of keys"),
        ("Ctrl+Alt+B", ""),
        ("B", ""),
        ("", ""),
    ],
)
def test_a_key_is_refused_with_its_reason(keys: str, reason: str) -> None:
    said = why_not(keys, BRUSH, LINES, {})
    assert reason in said
    assert bool(said) == bool(reason)


def test_a_key_that_was_given_away_is_free() -> None:
    assert why_not("V", BRUSH, LINES, {PAN.id: "Ctrl+Alt+V"}) == ""


def test_choices_of_a_file_that_meet_each_other_are_left_and_swapped_ones_hold() -> None:
    assert usable({BRUSH.id: "K", PAN.id: "K"}, LINES) == {}
    assert usable({BRUSH.id: "V", PAN.id: "B"}, LINES) == {BRUSH.id: "V", PAN.id: "B"}
    assert usable({"no.such": "K"}, LINES) == {}


def test_the_keys_of_the_program_meet_no_key_of_the_tools() -> None:
    lines = key_lines()
    assert len(lines) == len(ACTIONS)
    assert [line.text for line in lines if why_not(line.keys, line, lines, {})] == []


def test_a_chosen_key_works_at_once_is_shown_everywhere_and_is_kept(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window()
    action = window.actions_of_window.action_by_id["view.panels"]
    window.actions_of_window.action_by_id["help.own_keys"].trigger()
    dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, OwnKeysDialog))
    row = [line.id for line in key_lines()].index("view.panels")
    dialog.table.selectRow(row)
    before = dialog.table.item(row, 1).text()

    dialog.keys.setKeySequence(QKeySequence("Ctrl+S"))
    dialog.give.click()
    assert "taken by" in dialog.refusal.text()
    assert dialog.refusal.isVisible()
    assert action.shortcut() != QKeySequence("Ctrl+S")
    dialog.keys.setKeySequence(QKeySequence("Ctrl+Alt+P"))
    dialog.give.click()

    assert not dialog.refusal.isVisible()
    assert action.shortcut() == QKeySequence("Ctrl+Alt+P")
    assert "Ctrl+Alt+P" in action.toolTip()
    own = window.controller.own_keys
    assert ("Ctrl+Alt+P", action.text()) in dict(shortcut_groups(own))["View"]
    stored, _warnings = read_settings(tmp_path / "settings.toml")
    assert stored.shortcuts["view.panels"] == "Ctrl+Alt+P"
    dialog.reset_all.click()
    assert dialog.table.item(row, 1).text() == before
    assert window.controller.own_keys == {}
    dialog.close()
