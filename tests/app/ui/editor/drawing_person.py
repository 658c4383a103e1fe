"""Draws on a canvas with a journal, always the same way, and says which masks are kept; run as a program.

``python drawing_person.py <data folder> <steps>`` prints one line for each state that the canvas calls kept:
the number of steps and the mask's fingerprint.
"""

import hashlib
import random
import sys
import time
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from app.domain.ids import ImageId
from app.storage.journal import FileStrokeJournal
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.journal_writer import SavedState
from app.ui.editor.tools.gesture import Pointer, PointerEventType

IMAGE = ImageId("0123456789abcdef" * 2)
SHAPE = (97, 143)


def open_canvas(folder: Path | None) -> EditorCanvas:
    """Show the image on a canvas that journals into ``folder``, or not at all."""
    canvas = EditorCanvas(journal=None if folder is None else FileStrokeJournal(folder))
    canvas.tools.set_tool("brush")
    canvas.show_image(np.full((*SHAPE, 3), 180, dtype=np.uint8), IMAGE)
    return canvas


def fingerprint(canvas: EditorCanvas) -> str:
    """Name a canvas's mask and how much of its history can be undone."""
    mask = canvas.editor.current_mask()
    assert mask is not None
    position = canvas.editor.undo_group.activeStack().index()
    return f"{hashlib.sha256(np.packbits(mask).tobytes()).hexdigest()[:16]}/{position}"


def draw(canvas: EditorCanvas, step: int) -> None:
    """Make the step with this number; it depends on the number alone."""
    rng = random.Random(step)
    if step % 5 == 3:
        canvas.editor.undo_group.undo()
    elif step % 10 == 4:
        canvas.editor.undo_group.redo()
    else:
        canvas.tools.set_tool(rng.choice(["brush", "eraser", "lasso"]))
        canvas.tools.set_brush_diameter_px(rng.randint(3, 30))
        points = [(rng.uniform(0, SHAPE[1]), rng.uniform(0, SHAPE[0])) for _ in range(4)]
        for act, point in zip(
            (PointerEventType.PRESS, PointerEventType.MOVE, PointerEventType.MOVE, PointerEventType.RELEASE),
            points,
            strict=True,
        ):
            canvas.tools.feed(Pointer(act, point))


def main(folder: Path, steps: int) -> None:
    """Draw without pause, saying what is kept."""
    application = QApplication([])
    canvas = open_canvas(folder)
    for step in range(steps):
        draw(canvas, step)
        ends = time.monotonic() + 0.004
        while time.monotonic() < ends:
            application.processEvents()
            if canvas.editor.saved_state is SavedState.JOURNALED:
                sys.stdout.write(f"{step + 1} {fingerprint(canvas)}\n")
                sys.stdout.flush()
                break


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
