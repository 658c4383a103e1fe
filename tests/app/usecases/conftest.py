from collections.abc import Iterator
from pathlib import Path

import pytest

from app.usecases.services import Services
from tests.builders import services_at


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = services_at(tmp_path / "data")
    yield opened
    opened.store.close()
