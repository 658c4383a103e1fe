from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.domain.errors import StorageError
from app.domain.ids import ImageId
from app.domain.stroke_journal import Work, WorkStart, WorkStep
from app.storage.journal import FileStrokeJournal
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.journal_writer import SavedState
from app.ui.editor.tools.gesture import Pointer, PointerEventType

SHAPE = (60, 81)
IMAGE = ImageId("a1" * 16)


class FullDisk:
    """A journal on a disk that is full until it is freed; then it writes into a folder."""

    def __init__(self, folder: Path) -> None:
        self.is_full = True
        self._journal = FileStrokeJournal(folder)

    def begin(self, start: WorkStart) -> None:
        self._refuse_when_full()
        self._journal.begin(start)

    def append(self, image_id: ImageId, step: WorkStep) -> None:
        self._refuse_when_full()
        self._journal.append(image_id, step)

    def work(self, image_id: ImageId) -> Work | None:
        return self._journal.work(image_id)

    def close(self, image_id: ImageId) -> None:
        self._journal.close(image_id)

    def unfinished(self) -> tuple[ImageId, ...]:
        return self._journal.unfinished()

    def let_go(self) -> None:
        self._journal.let_go()

    def _refuse_when_full(self) -> None:
        if self.is_full:
            raise StorageError("The disk is full, so the last stroke is not saved.")


def show(canvas: EditorCanvas, shape: tuple[int, int] = SHAPE) -> None:
    canvas.show_image(np.full((*shape, 3), 180, dtype=np.uint8), IMAGE)


class Runs:
    """Opens the canvas as one run of the application after another does."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self._canvases: list[EditorCanvas] = []

    def shown(self, journal: FileStrokeJournal | FullDisk, shape: tuple[int, int] = SHAPE) -> EditorCanvas:
        """End the run before, and show the image in a new one."""
        self.end()
        canvas = EditorCanvas(journal=journal)
        canvas.tools.set_tool("brush")
        self._canvases.append(canvas)
        self._qtbot.addWidget(canvas.view)
        show(canvas, shape)
        return canvas

    def end(self) -> None:
        for canvas in self._canvases:
            canvas.editor.wait_until_kept()


@pytest.fixture
def runs(qtbot: QtBot) -> Iterator[Runs]:
    runs = Runs(qtbot)
    yield runs
    runs.end()


def stroke(canvas: EditorCanvas, row: float) -> None:
    canvas.tools.set_brush_diameter_px(5)
    canvas.tools.feed(Pointer(PointerEventType.PRESS, (10, row)))
    canvas.tools.feed(Pointer(PointerEventType.RELEASE, (60, row)))


def wait_for(qtbot: QtBot, canvas: EditorCanvas, state: SavedState) -> None:
    qtbot.waitUntil(lambda: canvas.editor.saved_state is state, timeout=10_000)


def kept_work(folder: Path) -> Work:
    journal = FileStrokeJournal(folder)
    work = journal.work(IMAGE)
    journal.let_go()
    assert work is not None
    return work


def same(one: EditorCanvas, other: EditorCanvas) -> bool:
    first, second = one.editor.current_mask(), other.editor.current_mask()
    return first is not None and second is not None and np.array_equal(first, second)


def test_a_stroke_is_shown_as_kept_only_once_it_is_on_disk(runs: Runs, qtbot: QtBot, tmp_path: Path) -> None:
    canvas = runs.shown(FileStrokeJournal(tmp_path))
    states: list[SavedState] = []
    canvas.editor.saved_state_changed.connect(states.append)
    assert canvas.editor.saved_state is SavedState.STORED
    stroke(canvas, 20)
    assert states == [SavedState.WRITING]
    qtbot.waitUntil(lambda: states == [SavedState.WRITING, SavedState.JOURNALED], timeout=10_000)
    canvas.editor.wait_until_kept()
    work = kept_work(tmp_path)
    assert np.array_equal(work.mask, canvas.editor.current_mask())


def test_a_full_disk_is_told_and_the_work_is_not_called_saved(
    runs: Runs, qtbot: QtBot, tmp_path: Path
) -> None:
    journal = FullDisk(tmp_path)
    canvas = runs.shown(journal)
    with qtbot.waitSignal(canvas.editor.problem_noticed, timeout=10_000) as noticed:
        stroke(canvas, 20)
    assert noticed.args is not None
    assert "disk is full" in str(noticed.args[0])
    wait_for(qtbot, canvas, SavedState.NOT_SAVED)
    journal.is_full = False
    stroke(canvas, 40)
    wait_for(qtbot, canvas, SavedState.JOURNALED)
    canvas.editor.wait_until_kept()
    work = kept_work(tmp_path)
    assert work.position == 2
    assert np.array_equal(work.mask, canvas.editor.current_mask())


def test_storing_the_mask_finishes_its_journal_and_keeps_the_history(
    runs: Runs, qtbot: QtBot, tmp_path: Path
) -> None:
    journal = FileStrokeJournal(tmp_path)
    canvas = runs.shown(journal)
    stroke(canvas, 20)
    canvas.editor.mark_stored(IMAGE, canvas.editor.mask_version(), "r2")
    assert canvas.editor.saved_state is SavedState.STORED
    canvas.editor.undo_group.undo()
    wait_for(qtbot, canvas, SavedState.JOURNALED)
    canvas.editor.wait_until_kept()
    assert journal.unfinished() == (IMAGE,)
    again = runs.shown(journal)
    assert same(again, canvas)
    again.editor.undo_group.redo()
    assert not same(again, canvas)


def test_strokes_made_while_the_mask_is_stored_stay_in_the_journal(runs: Runs, tmp_path: Path) -> None:
    journal = FileStrokeJournal(tmp_path)
    canvas = runs.shown(journal)
    stroke(canvas, 20)
    version = canvas.editor.mask_version()
    stroke(canvas, 40)
    canvas.editor.mark_stored(IMAGE, version, "r2")
    canvas.editor.wait_until_kept()
    assert same(runs.shown(journal), canvas)


def test_work_left_for_another_image_is_kept(runs: Runs, tmp_path: Path) -> None:
    journal = FileStrokeJournal(tmp_path)
    canvas = runs.shown(journal)
    stroke(canvas, 20)
    canvas.show_image(np.zeros((*SHAPE, 3), dtype=np.uint8), ImageId("b2" * 16))
    assert canvas.editor.saved_state is SavedState.STORED
    canvas.editor.mark_stored(IMAGE, 1, "r2")
    canvas.show_image(np.zeros((*SHAPE, 3), dtype=np.uint8), IMAGE)
    assert canvas.editor.saved_state is SavedState.STORED
    assert canvas.editor.undo_group.canUndo()
    canvas.editor.wait_until_kept()
    assert journal.unfinished() == ()


def test_work_for_an_image_of_another_size_is_put_aside(runs: Runs, qtbot: QtBot, tmp_path: Path) -> None:
    journal = FileStrokeJournal(tmp_path)
    canvas = runs.shown(journal)
    stroke(canvas, 20)
    canvas.editor.wait_until_kept()
    problems: list[str] = []
    other = EditorCanvas(journal=journal)
    qtbot.addWidget(other.view)
    other.editor.problem_noticed.connect(problems.append)
    show(other, (30, 30))
    other.editor.wait_until_kept()
    assert len(problems) == 1
    assert "does not fit" in problems[0]
    assert not other.editor.has_unsaved_work
    assert len(list((tmp_path / "finished").iterdir())) == 1


def test_giving_unsaved_work_up_keeps_its_journal_among_the_finished(runs: Runs, tmp_path: Path) -> None:
    journal = FileStrokeJournal(tmp_path)
    canvas = runs.shown(journal)
    stroke(canvas, 20)
    assert canvas.editor.set_mask(None, "r5", replaces_unsaved_work=True)
    canvas.editor.wait_until_kept()
    assert journal.unfinished() == ()
    assert len(list((tmp_path / "finished").iterdir())) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_threshold_slider_is_one_step_after_a_restart(runs: Runs, tmp_path: Path, count: int) -> None:
    journal = FileStrokeJournal(tmp_path)
    canvas = runs.shown(journal)
    ramp = np.linspace(0, 1, SHAPE[0] * SHAPE[1], dtype=np.float32).reshape(SHAPE)
    canvas.set_prediction(None, ramp)
    stroke(canvas, 20)
    before = canvas.editor.current_mask()
    for number in range(count):
        canvas.editor.set_threshold(0.3 + 0.1 * number)
    canvas.editor.wait_until_kept()
    again = runs.shown(journal)
    assert same(again, canvas)
    again.editor.undo_group.undo()
    restored = again.editor.current_mask()
    assert restored is not None
    assert before is not None
    assert np.array_equal(restored, before)


def test_work_that_was_looked_up_ahead_comes_back_and_newer_work_is_not_missed(
    runs: Runs, qtbot: QtBot, tmp_path: Path
) -> None:
    journal, other = FileStrokeJournal(tmp_path), ImageId("b2" * 16)
    first = runs.shown(journal)
    stroke(first, 20)
    runs.end()
    again = EditorCanvas(journal=journal)
    qtbot.addWidget(again.view)
    again.tools.set_tool("brush")
    again.editor.foresee((IMAGE, other))
    show(again)
    assert same(again, first)
    assert again.editor.saved_state is SavedState.JOURNALED
    again.show_image(np.zeros((*SHAPE, 3), dtype=np.uint8), other)
    assert again.editor.saved_state is SavedState.STORED
    stroke(again, 30)
    # What is open already is not looked up: its journal has grown since.
    again.editor.foresee((IMAGE, other))
    again.editor.foresee(())
    again.editor.wait_until_kept()
    assert set(journal.unfinished()) == {IMAGE, other}
