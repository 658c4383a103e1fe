"""Heavy libraries must not be loaded before the window is shown."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "onnxruntime", "scipy", "matplotlib", "alembic", "numba", "onnx", "pydicom", "highdicom")


def _loaded_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    "statement",
    ["import app.__main__", "import app.cli", "import app.ui.application", "import app.bootstrap"],
)
def test_starting_loads_no_heavy_library(statement: str) -> None:
    assert _loaded_after(statement).isdisjoint(HEAVY)


def test_the_model_contract_needs_no_torch() -> None:
    loaded = _loaded_after(
        "import models.contract.shelf.card, models.contract.shelf.model_shelf\n"
        "import models.contract.imaging.preprocess"
    )
    assert loaded.isdisjoint(HEAVY)


def test_the_training_contract_needs_no_torch() -> None:
    loaded = _loaded_after("import training.contract.plan, training.contract.events")
    assert loaded.isdisjoint(HEAVY)
