import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.subprocesses import HEAVY_WORK, environment


def test_a_program_finds_the_code_from_any_folder(tmp_path: Path) -> None:
    asked = [sys.executable, "-c", "import app.subprocesses as it; print(it.__file__)"]

    answer = subprocess.run(
        asked, env=environment(), cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert Path(answer.stdout.strip()).parts[-2:] == ("app", "subprocesses.py")


def test_what_a_person_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")

    found = environment(HEAVY_WORK)

    assert found["GOMP_SPINCOUNT"] == "7"
    assert found["MALLOC_TRIM_THRESHOLD_"] == HEAVY_WORK["MALLOC_TRIM_THRESHOLD_"]
    assert found["PYTHONPATH"].split(os.pathsep)[1:] == ["elsewhere"]
