"""The doctor on this machine: libraries, kernels as the training program tells them, graphics cards."""

import json
import os
from pathlib import Path

import pytest

from app import cli
from app.usecases.services import Services
from tests.app.cli.test_graphics_card import stand_in
from tests.builders import services_at


def run(tmp_path: Path, *arguments: str) -> int:
    def open_services(chosen: Path | None) -> Services:
        return services_at(chosen or tmp_path / "data")

    return cli.run(list(arguments), open_services)


@pytest.mark.slow
def test_the_doctor_tells_of_libraries_kernels_and_the_missing_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(tmp_path, "doctor", "--json") == 0
    machine = json.loads(capsys.readouterr().out)["machine"]
    assert "Numba" in machine["scan_kernels"]["processor"]
    assert machine["libraries"]["numpy"]
    assert machine["graphics_cards"] == []
    assert "no NVIDIA driver" in machine["graphics_note"]


def test_only_the_store_is_examined_when_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "doctor", "--store-only", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["machine"] is None
    assert all(not finding["is_problem"] for finding in report["store"])


def test_watching_without_a_driver_ends_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(tmp_path, "doctor", "--watch-gpu") == 1
    assert "no NVIDIA driver" in " ".join(capsys.readouterr().err.split())


@pytest.mark.skipif(os.name != "posix", reason="the stand-in program is a script")
def test_watching_prints_until_ctrl_c(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    heeded_ctrl_c: None,
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
    assert run(tmp_path, "doctor", "--watch-gpu", "--every", "0.2") == 0
    lines = capsys.readouterr().out.strip().splitlines()
    assert len(lines) in (2, 3)
    assert all("0: NVIDIA H200  10 of 100 MiB, load 5 %, 40 °C" in line for line in lines)
    assert not (tmp_path / "data").exists()
