from collections.abc import Iterator
from pathlib import Path

import pytest

from app.storage.store import SqliteCaseStore
from tests.builders import new_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data folder #1"


@pytest.fixture
def store(folder: Path) -> Iterator[SqliteCaseStore]:
    opened = new_store(folder)
    yield opened
    opened.close()
