"""``naevus models explain``: the training program does the work and is told where the shelf is."""

import subprocess
import sys
from pathlib import Path

import pytest

from app import cli
from tests.builders import services_at
from tests.model_folders import write_model


def test_explain_hands_its_arguments_and_the_shelf_to_the_training_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    class _Process:
        def __init__(self, command: list[str], **_: object) -> None:
            started.append(command)

        def wait(self) -> int:
            return 0

    folder = write_model(tmp_path / "models", "unet_tiny", "segmentation", with_graph=False)
    monkeypatch.setattr(subprocess, "Popen", _Process)

    code = cli.run(["models", "explain", "unet-tiny/1", "--check"], lambda _: services_at(tmp_path))

    assert code == 0
    program = [sys.executable, "-m", "training", "explain"]
    assert started == [[*program, "--shelf", str(folder), "unet-tiny/1", "--check"]]
