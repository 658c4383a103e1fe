"""A killed process loses nothing that was shown as saved."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.app.ui.editor import drawing_person
from tests.app.ui.editor.drawing_person import draw, fingerprint, open_canvas

_ROOT = Path(__file__).parents[4]
_STEPS = 150


def kept_until_killed(folder: Path, lines: int) -> list[tuple[int, str]]:
    """Let a person draw in a process of its own, kill it after some lines, and return what it called kept."""
    process = subprocess.Popen(
        [sys.executable, drawing_person.__file__, str(folder), str(_STEPS)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )
    assert process.stdout is not None
    with process.stdout as said:
        kept = [said.readline().split() for _ in range(lines)]
        process.kill()
        kept += [line.split() for line in said.read().splitlines()]
    process.wait()
    assert any(kept), "the drawing process ended before it kept anything"
    return [(int(line[0]), line[1]) for line in kept if len(line) == 2]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_after_a_kill_mask_and_history_are_those_last_shown_as_saved_or_later(
    tmp_path: Path, qtbot: QtBot, seed: int
) -> None:
    kept = kept_until_killed(tmp_path / "journal", random.Random(seed).randint(1, 40))
    undisturbed = open_canvas(None)
    qtbot.addWidget(undisturbed.view)
    prints = [fingerprint(undisturbed)]
    for step in range(_STEPS):
        draw(undisturbed, step)
        prints.append(fingerprint(undisturbed))
    assert [prints[step] for step, _ in kept] == [name for _, name in kept]

    restored = open_canvas(tmp_path / "journal")
    qtbot.addWidget(restored.view)
    assert restored.editor.has_unsaved_work
    assert fingerprint(restored) in prints[kept[-1][0] :]

    stack = restored.editor.undo_group.activeStack()
    while stack.canUndo():
        stack.undo()
    mask = restored.editor.current_mask()
    assert mask is not None
    assert not mask.any()
    restored.editor.wait_until_kept()
