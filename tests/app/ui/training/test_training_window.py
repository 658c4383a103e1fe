"""The window of training on recorded runs: what it shows in each state, and that it never ends a run."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.text.runs import EMPTY
from app.ui.session import Session
from app.ui.theme import Theme, ThemeChoice
from app.ui.training.boundary_previews import read_preview_images
from app.ui.training.training_window import TrainingWindow
from app.usecases.services import Services
from tests.app.ui.training.recorded_runs import (
    CANDIDATE,
    RecordedRuns,
    a_finished_run,
    a_run,
    failed,
    started,
    steps,
    tell,
)
from tests.app.usecases.learning.learning_clinic import a_clinic
from tests.builders import a_case
from training.contract.events import ContourPreview


@pytest.fixture
def launcher() -> RecordedRuns:
    return RecordedRuns()


@pytest.fixture
def window(qtbot: QtBot, services: Services, theme: Theme, launcher: RecordedRuns) -> TrainingWindow:
    session = Session(replace(services, runs=launcher))
    opened = TrainingWindow(session, theme)
    qtbot.addWidget(opened, before_close_func=lambda _window: session.close())
    return opened


@pytest.fixture
def data(services: Services) -> Path:
    return services.store.folder


def words_of(window: TrainingWindow) -> str:
    """Return every text that can be seen."""
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def show(qtbot: QtBot, window: TrainingWindow) -> None:
    """Open the window and wait until it has looked."""
    window.show()
    settle(qtbot, window)


def settle(qtbot: QtBot, window: TrainingWindow) -> None:
    qtbot.waitUntil(lambda: not window._session.queues.busy_queues, timeout=10_000)


def attached(qtbot: QtBot, window: TrainingWindow, run: Path) -> None:
    show(qtbot, window)
    window.attach(run.name)
    qtbot.waitUntil(lambda: window.view is not None, timeout=10_000)
    settle(qtbot, window)


def test_without_a_correction_it_says_what_to_do(
    qtbot: QtBot, window: TrainingWindow, services: Services, tmp_path: Path
) -> None:
    a_case(services, tmp_path)
    show(qtbot, window)
    assert EMPTY in words_of(window)
    assert not window.new_run.freeze.isEnabled()


def test_too_few_patients_are_told_and_cannot_be_frozen(
    qtbot: QtBot, window: TrainingWindow, services: Services, tmp_path: Path
) -> None:
    a_clinic(services, tmp_path, 2)
    show(qtbot, window)
    assert "2 more patients are needed with a corrected boundary" in words_of(window)
    assert not window.new_run.freeze.isEnabled()


def test_what_would_be_frozen_is_counted_by_subset_with_the_reasons_against_the_rest(
    qtbot: QtBot, window: TrainingWindow, services: Services, tmp_path: Path
) -> None:
    a_clinic(services, tmp_path, 8)
    a_case(services, tmp_path, seed=99)
    show(qtbot, window)
    assert "8 corrected images to learn from" in words_of(window)
    assert "1 image: The boundary was neither corrected nor confirmed" in words_of(window)
    assert window.new_run.freeze.isEnabled()
    assert not window.new_run.start.isEnabled()
    assert not (services.store.folder / "snapshots").exists()


def test_scores_need_confirmed_diagnoses(
    qtbot: QtBot, window: TrainingWindow, services: Services, tmp_path: Path
) -> None:
    a_clinic(services, tmp_path, 4)
    show(qtbot, window)
    window.new_run._tasks.button(1).click()
    settle(qtbot, window)
    assert "No confirmed diagnoses yet" in words_of(window)
    assert window.new_run.any_confirmation.isVisible()
    assert not window.new_run.freeze.isEnabled()


def test_a_running_run_is_taken_up_when_the_window_opens(
    qtbot: QtBot, window: TrainingWindow, launcher: RecordedRuns, data: Path
) -> None:
    launcher.alive.add(a_run(data, started()))
    show(qtbot, window)
    qtbot.waitUntil(lambda: window.view is not None, timeout=10_000)
    assert window.page.progress.startswith("Step 13 of 52")
    assert "about 12 min left" in window.page.progress
    assert "1.7 GB of memory" in window.page.progress
    assert "now it is 4" in window.page.notices
    assert window.page.curves.loss.points == ((2, 0.298), (8, 0.292), (13, 0.287))
    assert window.page.curves.quality.points == ((13, 0.81),)
    assert window.page.stop.isVisible()
    assert not window.page.outcome.isVisible()


def test_curves_go_on_while_it_is_looked_at(
    qtbot: QtBot, window: TrainingWindow, launcher: RecordedRuns, data: Path
) -> None:
    run = a_run(data, started())
    launcher.alive.add(run)
    attached(qtbot, window, run)
    tell(run, [steps(26)])
    qtbot.waitUntil(lambda: window.page.curves.loss.points[-1][0] == 26, timeout=10_000)
    assert window.page.progress.startswith("Step 26 of 52")


def test_stop_asks_the_run_once_and_closing_the_window_does_not(
    qtbot: QtBot, window: TrainingWindow, launcher: RecordedRuns, data: Path
) -> None:
    run = a_run(data, started())
    launcher.alive.add(run)
    attached(qtbot, window, run)
    window.close()
    assert launcher.stopped == []
    assert not window._timer.isActive()
    show(qtbot, window)
    assert window.view is not None
    assert window.view.run_id == run.name
    qtbot.mouseClick(window.page.stop, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert launcher.stopped == [run]
    assert not window.page.stop.isEnabled()


@pytest.mark.parametrize("key", [(Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier), (Qt.Key.Key_Escape,)])
def test_the_usual_keys_close_the_window_and_the_run_goes_on(
    qtbot: QtBot, window: TrainingWindow, launcher: RecordedRuns, data: Path, key: tuple[Qt.Key]
) -> None:
    run = a_run(data, started())
    launcher.alive.add(run)
    attached(qtbot, window, run)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, *key)
    assert not window.isVisible()
    assert launcher.stopped == []
    assert run in launcher.alive


def test_a_failed_run_says_why_and_nothing_else(
    qtbot: QtBot, window: TrainingWindow, launcher: RecordedRuns, data: Path
) -> None:
    run = a_run(data, failed())
    attached(qtbot, window, run)
    assert window.page.failure == "The disk is full, so the run could not go on."
    assert not window.page.curves.isVisible()
    assert not window.page.boundary_previews.isVisible()
    assert "now it is 4" not in words_of(window)
    window.page.resume.click()
    settle(qtbot, window)
    assert launcher.started == [run]


def test_a_passed_exam_is_shown_overall_first_and_may_be_promoted(
    qtbot: QtBot, window: TrainingWindow, data: Path
) -> None:
    attached(qtbot, window, a_finished_run(data, gain=0.02))
    outcome = window.page.outcome
    assert outcome.exam.words.startswith("The gate lets this model pass; a person decides.")
    table = outcome.exam.table
    assert [table.item(row, 0).text() for row in (0, 4, 8)] == ["Overall", "Reference images", "Sex: female"]
    cells = [table.item(1, column).text() for column in range(5)]
    assert cells == ["Dice", "0.800", "0.820", "+0.020  (+0.010 to +0.030)", "30"]
    assert outcome.promote.isEnabled()
    assert outcome.shelve.isEnabled()
    assert CANDIDATE in outcome.promote.text()


def test_a_refused_model_can_be_neither_shelved_nor_promoted(
    qtbot: QtBot, window: TrainingWindow, data: Path
) -> None:
    attached(qtbot, window, a_finished_run(data, gain=-0.05))
    outcome = window.page.outcome
    assert outcome.exam.words.startswith("The gate refuses this model.")
    assert "worse by more than the 0.010 that is allowed" in outcome.exam.words
    assert not outcome.promote.isEnabled()
    assert not outcome.shelve.isEnabled()


def test_every_run_is_listed_with_its_state(
    qtbot: QtBot, window: TrainingWindow, launcher: RecordedRuns, data: Path
) -> None:
    a_run(data, failed(), run_id="first")
    launcher.alive.add(a_run(data, started(), run_id="second"))
    show(qtbot, window)
    texts = {window.runs.view.item(row).text().splitlines()[-1] for row in range(window.runs.view.count())}
    assert texts == {"Failed", "Running, 25 %"}
    for row in range(2):
        if window.runs.view.item(row).text().endswith("Failed"):
            window.runs.view.setCurrentRow(row)
    qtbot.waitUntil(lambda: bool(window.page.failure), timeout=10_000)


def test_both_themes_colour_the_curves(
    qtbot: QtBot, window: TrainingWindow, launcher: RecordedRuns, data: Path, theme: Theme
) -> None:
    run = a_run(data, started())
    launcher.alive.add(run)
    attached(qtbot, window, run)
    for choice in (ThemeChoice.DARK, ThemeChoice.LIGHT):
        theme.choose(choice)
        drawn = window.page.curves.loss.grab().toImage()
        assert drawn.pixelColor(2, drawn.height() - 2).name() == theme.tokens.surface


def test_a_picture_outside_the_snapshot_is_not_read(data: Path) -> None:
    run = a_run(data, started())
    folder = data / "snapshots" / "segmentation-20260314-090000-abcd"
    elsewhere = ContourPreview(image_id="x", image_file="../../secret.png", before=(), after=())
    (data / "secret.png").write_bytes((folder / "images" / "one.png").read_bytes())
    inside = ContourPreview(image_id="one", image_file="images/one.png", before=(), after=())
    assert set(read_preview_images(folder, [elsewhere, inside])) == {"images/one.png"}
    assert run.is_dir()


def test_a_picture_is_read_as_what_its_name_says(data: Path) -> None:
    a_run(data, started())
    folder = data / "snapshots" / "segmentation-20260314-090000-abcd"
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    )
    (folder / "images" / "two.png").write_text(drawing, encoding="utf-8")
    previews = [
        ContourPreview(image_id=name, image_file=f"images/{name}.png", before=(), after=())
        for name in ("one", "two")
    ]
    assert set(read_preview_images(folder, previews)) == {"images/one.png"}
