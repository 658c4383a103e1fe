from collections.abc import Iterator
from pathlib import Path

import pytest

from app.storage.store import CaseStore
from tests.builders import new_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data folder #1"


@pytest.fixture
def store(folder: Path) -> Iterator[CaseStore]:
    opened = new_store(folder)
    yield opened
    opened.close()
