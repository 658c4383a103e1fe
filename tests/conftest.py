"""Guards for every test: no window system, no settings or data of the person who runs the tests."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.structures.examples import register_long_profile

register_long_profile()
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the application's data folder to a temporary one."""
    monkeypatch.setenv("NAEVUS_DATA_DIR", str(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with ``models/`` and ``active.json``: one tiny model is active for each task."""
    from tests.model_folders import shelf_with_tiny_models

    folder = tmp_path_factory.mktemp("shelf")
    shelf_with_tiny_models(folder)
    return folder


@pytest.fixture
def heeded_ctrl_c() -> Iterator[None]:
    """Let Ctrl+C be heeded, by started programs too, even where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
