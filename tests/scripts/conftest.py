"""Scripts are entry points outside the packages, so their tests load them by path."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def _script(name: str) -> Iterator[ModuleType]:
    sys.path.insert(0, str(SCRIPTS))
    try:
        yield importlib.import_module(name)
    finally:
        sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="session")
def convert_isic() -> Iterator[ModuleType]:
    yield from _script("convert_isic")


@pytest.fixture(scope="session")
def isic_layout() -> Iterator[ModuleType]:
    yield from _script("isic_layout")


@pytest.fixture(scope="session")
def baseline_trees() -> Iterator[ModuleType]:
    yield from _script("baseline_trees")
