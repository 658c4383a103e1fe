"""The command line on a real store with an instant predictor."""

from pathlib import Path

import pytest

from app.usecases.services import Services
from tests.builders import services_at
from tests.command_line import Run, command_line


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that carries out a command line and returns exit code, output and errors."""
    monkeypatch.setenv("COLUMNS", "200")

    def open_services(chosen: Path | None) -> Services:
        return services_at(chosen or tmp_path / "data")

    return command_line(capsys, open_services)
