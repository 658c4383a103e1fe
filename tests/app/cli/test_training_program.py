"""The commands whose work the training program does: it gets their arguments, and its exit code is theirs."""

import subprocess
import sys
from pathlib import Path

import pytest

from app import cli
from app.usecases.services import Services
from tests.builders import services_at
from tests.model_folders import write_model
from training.__main__ import PROGRAM_VARIABLE, main

PROGRAM = [sys.executable, "-m", "training"]

Started = list[list[str]]
Called = list[str]


@pytest.fixture
def called() -> Called:
    """How the training program was told that it was called."""
    return []


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, called: Called) -> Started:
    """The command lines of processes, which are not started; each would end with exit code 3."""
    commands: Started = []

    class _Process:
        def __init__(self, command: list[str], env: dict[str, str]) -> None:
            commands.append(command)
            called.append(env[PROGRAM_VARIABLE])

        def wait(self) -> int:
            return 3 if "interrupted" not in commands[-1] else 130

    monkeypatch.setattr(subprocess, "Popen", _Process)
    return commands


def without_store(_: Path | None) -> Services:
    pytest.fail("this command needs no store")


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "segmentation", "--data", "d", "--help", "-x"),
        ("data", "check", "d", "--quick"),
        ("data", "--help"),
    ],
)
def test_training_and_data_sets_are_the_training_programs_alone(
    started: Started, arguments: tuple[str, ...]
) -> None:
    assert cli.run(list(arguments), without_store) == 3
    assert started == [[*PROGRAM, *(arguments[1:] if arguments[0] == "train" else arguments)]]


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare", "--task", "segmentation", "unet", "--data", "d"),
        ("explain", "unet-tiny/1", "--check"),
    ],
)
def test_what_is_done_with_models_is_told_where_the_shelf_is(
    tmp_path: Path, started: Started, arguments: tuple[str, ...]
) -> None:
    folder = write_model(tmp_path / "models", "unet_tiny", "segmentation", with_graph=False)
    assert cli.run(["models", *arguments], lambda _: services_at(tmp_path)) == 3
    assert started == [[*PROGRAM, arguments[0], "--shelf", str(folder), *arguments[1:]]]


@pytest.mark.parametrize("command", ["compare", "explain"])
def test_help_needs_no_shelf(started: Started, command: str) -> None:
    assert cli.run(["models", command, "--help"], without_store) == 3
    assert started == [[*PROGRAM, command, "--help"]]


@pytest.mark.parametrize(
    ("arguments", "group"),
    [(("train", "publish", "r"), "naevus train"), (("data", "check", "d"), "naevus"),
     (("models", "explain", "--help"), "naevus models")],
)  # fmt: skip
def test_the_training_program_is_told_which_command_a_person_gave(
    started: Started, called: Called, arguments: tuple[str, ...], group: str
) -> None:
    cli.run(list(arguments), without_store)
    assert (len(started), called) == (1, [group])


def test_a_folder_in_the_place_of_a_command_is_the_run_in_it(started: Started, tmp_path: Path) -> None:
    assert cli.run(["train", str(tmp_path), "--device", "cpu"], without_store) == 3
    assert started == [[*PROGRAM, str(tmp_path), "--device", "cpu"]]
    assert cli.run(["train", str(tmp_path / "gone")], without_store) == 2


def test_training_has_one_help_with_all_its_commands(
    started: Started, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["train", "--help"], without_store) == 0
    told = capsys.readouterr().out
    assert started == []
    assert told.count("Usage:") == 1
    for command in ("snapshot", "watch", "segmentation", "publish"):
        assert f" {command} " in told


def test_a_command_says_the_same_of_itself_in_both_programs(
    started: Started, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    cli.run(["train", "--help"], without_store)
    of_the_application = capsys.readouterr().out.partition("From a data set")[2].splitlines()[1:8]
    with pytest.raises(SystemExit):
        main(["--help"])
    of_the_program = {" ".join(line.split()) for line in capsys.readouterr().out.splitlines()}
    assert len(of_the_application) == 7
    assert {" ".join(line.split()) for line in of_the_application} <= of_the_program


def test_what_the_training_program_says_about_ctrl_c_is_not_said_again(
    started: Started, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["data", "check", "interrupted"], without_store) == 130
    assert capsys.readouterr().err == ""
