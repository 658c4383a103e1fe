"""The doctor on this machine: libraries, kernels as the training program tells them, graphics cards."""

import os
from pathlib import Path

import pytest

from tests.app.cli.test_graphics_card import stand_in
from tests.command_line import Run, as_json


@pytest.mark.slow
def test_the_doctor_tells_of_libraries_kernels_and_the_missing_driver(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    machine = as_json(run, "doctor")["machine"]
    assert "Numba" in machine["scan_kernels"]["processor"]
    assert machine["libraries"]["numpy"]
    assert machine["graphics_cards"] == []
    assert "no NVIDIA driver" in machine["graphics_note"]


def test_only_the_store_is_examined_when_asked_for(run: Run) -> None:
    report = as_json(run, "doctor", "--store-only")
    assert report["machine"] is None
    assert all(not finding["is_problem"] for finding in report["store"])


def test_watching_without_a_driver_ends_in_a_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = run("doctor", "--watch-gpu")
    assert code == 1
    assert "no NVIDIA driver" in " ".join(err.split())


@pytest.mark.skipif(os.name != "posix", reason="the stand-in program is a script")
def test_watching_prints_until_ctrl_c(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heeded_ctrl_c: None
) -> None:
    # The third look is where the person presses Ctrl+C.
    body = (
        "import os, pathlib, signal\n"
        f"looks = pathlib.Path({str(tmp_path / 'looks')!r})\n"
        "looks.write_text(looks.read_text() + '.' if looks.exists() else '.')\n"
        "print('0, NVIDIA H200, 570.86, 10, 100, 5, 40')\n"
        "if looks.read_text() == '...': os.kill(os.getppid(), signal.SIGINT)\n"
    )
    stand_in(tmp_path, monkeypatch, body)
    code, out, _ = run("doctor", "--watch-gpu", "--every", 0.2)
    assert code == 0
    lines = out.strip().splitlines()
    assert len(lines) in (2, 3)
    assert all("0: NVIDIA H200  10 of 100 MiB, load 5 %, 40 °C" in line for line in lines)
    assert not (tmp_path / "data").exists()
