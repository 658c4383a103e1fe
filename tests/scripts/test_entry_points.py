"""Every experiment is started by a thin script of its name, which says how to use it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENTS = [
    file.stem
    for file in sorted((ROOT / "training" / "experiments").glob("*.py"))
    if "\ndef main(" in file.read_text(encoding="utf-8")
]


def test_every_experiment_has_a_script_of_its_name() -> None:
    assert EXPERIMENTS
    assert [name for name in EXPERIMENTS if not (ROOT / "scripts" / f"{name}.py").is_file()] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_script_of_an_experiment_says_how_to_use_it(name: str) -> None:
    command = [sys.executable, str(ROOT / "scripts" / f"{name}.py"), "--help"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: {name}.py")
