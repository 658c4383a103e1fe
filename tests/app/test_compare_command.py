"""``naevus models compare``: the training program does the work and is told where the shelf is."""

import subprocess
import sys
from pathlib import Path

import pytest

from app import cli
from tests.builders import services_at
from tests.model_folders import write_model


def test_compare_hands_its_arguments_and_the_shelf_to_the_training_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    class _Process:
        def __init__(self, command: list[str], **_: object) -> None:
            started.append(command)

        def wait(self) -> int:
            return 3

    folder = write_model(tmp_path / "models", "unet_tiny", "segmentation", with_graph=False)
    monkeypatch.setattr(subprocess, "Popen", _Process)
    arguments = ["--task", "segmentation", "unet", "--data", "d"]

    code = cli.run(["models", "compare", *arguments], lambda _: services_at(tmp_path))

    assert code == 3
    program = [sys.executable, "-m", "training", "compare"]
    assert started == [[*program, "--shelf", str(folder), *arguments]]


def test_the_help_of_compare_needs_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    class _Process:
        def __init__(self, command: list[str], **_: object) -> None:
            started.append(command)

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(subprocess, "Popen", _Process)

    assert cli.run(["models", "compare", "--help"], lambda _: pytest.fail("help needs no store")) == 0
    assert started == [[sys.executable, "-m", "training", "compare", "--help"]]
