import re
from collections import Counter

import numpy as np
import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import resources
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.tools import TOOLS
from app.ui.editor.tools.gesture import Pointer, PointerEventType
from app.ui.editor.tools.tool import Tool
from app.ui.shell.actions import ACTIONS, MENUS, Action, shortcut_groups
from app.ui.theme import Theme


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


@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)
def test_a_canvas_tool_brings_its_own_action_icon_keys_and_help(
    tool: Tool, qapp: QApplication, theme: Theme
) -> None:
    (entry,) = [entry for entry in ACTIONS if entry.id == f"tool.{tool.name}"]
    assert entry.is_tool
    assert (entry.text, entry.icon, entry.shortcut, entry.tip) == (
        tool.text,
        tool.icon,
        tool.shortcut,
        tool.help,
    )
    assert not theme.icon(tool.icon).isNull()
    assert re.fullmatch(r"[A-Z][^.]+", tool.help)
    keys = QKeySequence(tool.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
    assert (keys, tool.text) in dict(shortcut_groups())["Tools"]


def test_only_canvas_tools_are_offered_as_tools() -> None:
    assert [entry.id for entry in ACTIONS if entry.is_tool] == [f"tool.{name}" for name in TOOLS]


@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)
def test_a_step_of_a_canvas_tool_is_named_beside_undo(tool: Tool, qtbot: QtBot) -> None:
    canvas = EditorCanvas()
    qtbot.addWidget(canvas.view)
    canvas.show_image(np.full((60, 80, 3), 180, dtype=np.uint8))
    mask = np.indices((60, 80)).sum(axis=0) % 2 == 0
    mask[:10] = False
    canvas.editor.set_mask(mask)
    canvas.tools.set_tool(tool.name)
    # On the mask's boundary, beside it and on it: a click takes away what is there, or fills what is not.
    for point in ((20.0, 10.0), (61.0, 12.0), (60.0, 50.0)):
        canvas.tools.feed(Pointer(PointerEventType.PRESS, point))
        canvas.tools.feed(Pointer(PointerEventType.MOVE, point))
    canvas.tools.feed(Pointer(PointerEventType.CONFIRM, (60.0, 50.0)))
    canvas.tools.feed(Pointer(PointerEventType.RELEASE, (60.0, 50.0)))
    assert not canvas.tools.is_drawing
    assert canvas.editor.undo_group.undoText() == ("" if tool.step is None else tool.step.text)


def test_every_case_and_mask_verb_can_be_reached_by_keyboard() -> None:
    without_keys = [
        entry.id for entry in ACTIONS if not entry.shortcut and not entry.id.startswith(("help", "file"))
    ]
    assert without_keys == []
