"""The commands whose work the training program does: it gets their arguments, and its exit code is theirs."""

import subprocess
import sys
from pathlib import Path

import pytest

from app import cli
from app.usecases.ports import Services
from tests.builders import services_at
from tests.model_folders import write_model

PROGRAM = [sys.executable, "-m", "training"]

Started = list[list[str]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """The command lines of processes, which are not started; each would end with exit code 3."""
    commands: Started = []

    class _Process:
        def __init__(self, command: list[str], **_: object) -> None:
            commands.append(command)

        def wait(self) -> int:
            return 3

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
