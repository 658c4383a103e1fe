"""Scripts are entry points outside the packages, so their tests load them by path."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def _script(name: str) -> ModuleType:
    """Import a script and its neighbours; only meanwhile can they be found, for one is called ``test``."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="session")
def simulate_clinic() -> ModuleType:
    return _script("simulate_clinic")


@pytest.fixture(scope="session")
def ablate_mambaderm() -> ModuleType:
    return _script("ablate_mambaderm")


@pytest.fixture(scope="session")
def baseline_trees() -> ModuleType:
    return _script("baseline_trees")
