"""Whatever a person can set, call or press is named where people read: one place for each kind.

Settings, environment variables and commands of ``naevus``: docs/using.md. Commands of the training
program: the head of its ``--help``. Every argument and option: a sentence in ``--help``; those of a training,
in training/README.md, too. Keys: the sheet of shortcuts (F1).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from app import cli
from app.settings import Settings
from app.ui.editor.tool_input import _ACTS_BY_KEY
from app.ui.shell.actions import ACTIONS, shortcut_groups
from app.ui.shell.shortcut_sheet import ShortcutSheet
from training import __main__ as training_program

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "using.md").read_text(encoding="utf-8")
TRAINING_README = (ROOT / "training" / "README.md").read_text(encoding="utf-8")

PROGRAMS = {
    "naevus": typer.main.get_command(cli._commands),
    "training": typer.main.get_command(training_program.app),
}


def _commands(
    name: str, command: TyperCommand | TyperGroup
) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    """Yield a command and all below it, with their names in full."""
    yield name, command
    if isinstance(command, TyperGroup):
        for verb, below in command.commands.items():
            yield from _commands(f"{name} {verb}", below)


EVERY_COMMAND = [pair for program in PROGRAMS.items() for pair in _commands(*program)]


def _top_verbs(program: str) -> list[str]:
    group = PROGRAMS[program]
    assert isinstance(group, TyperGroup)
    return [verb for verb, command in group.commands.items() if not command.hidden]


def _flags(parameter: TyperArgument | TyperOption) -> list[str]:
    return [flag for flag in (*parameter.opts, *parameter.secondary_opts) if flag.startswith("--")]


@pytest.mark.parametrize("key", list(Settings.model_fields))
def test_every_setting_is_named_in_the_guide_and_has_a_sentence(key: str) -> None:
    assert f"`{key}`" in GUIDE
    assert (Settings.model_fields[key].description or "").endswith(".")


def test_every_environment_variable_is_named_in_the_guide() -> None:
    sources = [file for room in ("app", "models", "training") for file in (ROOT / room).rglob("*.py")]
    named = {name for file in sources for name in re.findall(r"NAEVUS_[A-Z_]+", file.read_text("utf-8"))}
    assert len(named) >= 2
    assert [name for name in sorted(named) if f"`{name}" not in GUIDE] == []


@pytest.mark.parametrize("verb", _top_verbs("naevus"))
def test_every_command_is_in_the_table_of_the_guide(verb: str) -> None:
    rows = [line.split("|")[1] for line in GUIDE.splitlines() if line.startswith("| `")]
    assert any(f"`{verb}`" in row for row in rows)


@pytest.mark.parametrize("verb", _top_verbs("training"))
def test_every_command_of_the_training_program_is_in_the_head_of_its_help(verb: str) -> None:
    head = training_program.__doc__ or ""
    calls = {word for line in re.findall(r"-m training (\S+)", head) for word in line.split("|")}
    assert verb in calls | {"run"}, "a bare RUN_FOLDER stands for run"
    assert "-m training RUN_FOLDER" in head


@pytest.mark.parametrize(("name", "command"), EVERY_COMMAND, ids=[name for name, _ in EVERY_COMMAND])
def test_every_command_argument_and_option_has_a_sentence_in_its_help(
    name: str, command: TyperCommand | TyperGroup
) -> None:
    assert command.help, name
    silent = [parameter.name for parameter in command.params if not getattr(parameter, "help", None)]
    assert silent == []


@pytest.mark.parametrize("verb", ["segmentation", "classification"])
def test_every_option_of_a_training_is_in_the_guide_to_training(verb: str) -> None:
    group = PROGRAMS["training"]
    assert isinstance(group, TyperGroup)
    flags = [flag for parameter in group.commands[verb].params for flag in _flags(parameter)]
    unnamed = [flag for flag in flags if flag != "--help" and not _is_named(flag, TRAINING_README)]
    assert unnamed == []


def _is_named(flag: str, text: str) -> bool:
    """Say whether an option, or the one that it undoes, is written out."""
    return any(re.search(rf"{each}(?![\w-])", text) for each in (flag, flag.replace("--no-", "--")))


def test_every_key_is_on_the_sheet_of_shortcuts(qtbot: QtBot) -> None:
    sheet = ShortcutSheet(shortcut_groups())
    qtbot.addWidget(sheet)
    words = [label.text() for label in sheet.findChildren(QLabel)]
    for entry in ACTIONS:
        if entry.shortcut:
            keys = QKeySequence(entry.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
            assert keys in words, entry.id
            assert entry.text.removesuffix("…") in words, entry.id
    on_the_image = " ".join(words)
    for key in (*_ACTS_BY_KEY, Qt.Key.Key_Escape, Qt.Key.Key_Space):
        name = QKeySequence(key).toString().replace("Return", "Enter").replace("Esc", "Escape")
        assert name in on_the_image, name
