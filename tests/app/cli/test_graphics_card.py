"""What nvidia-smi says, asked of a program of that name; and what is said where there is none."""

import os
import shlex
import stat
import sys
from pathlib import Path

import pytest

from app.cli.graphics_card import GraphicsCardError, cards_of, graphics_cards

ANSWER = "0, NVIDIA H200, 570.86.15, 1024, 143771, 37, 41\n1, NVIDIA A2, 570.86.15, 5, 15356, [N/A], [N/A]\n"
needs_posix = pytest.mark.skipif(os.name != "posix", reason="the stand-in program is a script")


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Put a program called nvidia-smi, and no other one, into the search path."""
    script, program = folder / "stand_in.py", folder / "nvidia-smi"
    script.write_text(f"import sys\n{body}\n", encoding="utf-8")
    # Python itself cannot stand behind #!, because its path may hold a space.
    words = shlex.join([sys.executable, str(script)])
    program.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder))


@needs_posix
def test_cards_are_read_from_the_drivers_own_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(
        tmp_path,
        monkeypatch,
        f"assert sys.argv[2] == '--format=csv,noheader,nounits'\nprint({ANSWER!r}, end='')",
    )
    first, second = graphics_cards()
    assert (first.name, first.driver, first.used_mib, first.total_mib) == (
        "NVIDIA H200",
        "570.86.15",
        1024,
        143771,
    )
    assert first.words() == "1024 of 143771 MiB, load 37 %, 41 °C"
    assert second.words() == "5 of 15356 MiB"


def test_a_machine_without_driver_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GraphicsCardError, match="no NVIDIA driver"):
        graphics_cards()


@needs_posix
def test_a_driver_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "print('Driver/library version mismatch')\nsys.exit(18)")
    with pytest.raises(GraphicsCardError, match="cannot be asked: Driver/library version mismatch"):
        graphics_cards()


@pytest.mark.parametrize("answer", ["Failed to initialize", "a, b, c, 1, 2, 3, 4", "0, NVIDIA H200"])
def test_an_answer_of_another_kind_is_no_card(answer: str) -> None:
    with pytest.raises(GraphicsCardError, match="cannot be read"):
        cards_of(answer)
