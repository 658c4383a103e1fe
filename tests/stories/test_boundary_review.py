"""A person goes through the boundaries of a list with Space, X, F and U, one image at a time."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from pytestqt.qtbot import QtBot

from app.domain.audit import AuditKind
from app.domain.case_filter import CaseFilter
from app.domain.ids import ImageId
from app.domain.revision import SkipReason
from app.ui.jobs.worker_queues import QueueName
from app.ui.shell.main_window import MainWindow
from app.ui.workbench.review_progress import progress_words
from app.usecases.cases.list_cases import list_cases
from tests.stories.hands import CONTROL, SHIFT, brush, opened, press
from tests.stories.workplace import WAIT_MS, Workplace

SPACE, X, F, U, ESCAPE = (
    Qt.Key.Key_Space,
    Qt.Key.Key_X,
    Qt.Key.Key_F,
    Qt.Key.Key_U,
    Qt.Key.Key_Escape,
)


@pytest.fixture
def reviewing(workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]) -> MainWindow:
    window = opened(workplace, qtbot, four_cases[0])
    window.controller.focus_image()
    press(window, Qt.Key.Key_B, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: window.controller.boundary_review.is_running, timeout=WAIT_MS)
    workplace.settle(window)
    return window


def status_of(window: MainWindow, image_id: ImageId) -> str:
    with window.session.services.store.reading() as work:
        return work.cases.case(image_id).status


def acts_of(window: MainWindow, image_id: ImageId) -> list[tuple[AuditKind | str, str]]:
    with window.session.services.store.reading() as work:
        return [(event.kind, event.detail) for event in work.audit.events(image_id)]


def shown_in(window: MainWindow, shown: CaseFilter) -> set[ImageId]:
    return {line.image_id for line in list_cases(window.session.services, shown=shown).lines}


def test_a_review_leaves_nothing_but_the_image_and_gives_the_window_back(
    workplace: Workplace, reviewing: MainWindow
) -> None:
    controller = reviewing.controller
    assert reviewing.isFullScreen()
    assert not reviewing.menuBar().isVisible()
    assert not controller.work_list.isVisible()
    assert not controller.panels.isVisible()
    bar = controller.workbench.review_bar
    assert bar.isVisible()
    assert bar.progress.text() == "Image 1 of 4"
    assert controller.canvas.view.height() > 0.85 * reviewing.height()
    press(reviewing, ESCAPE)
    assert not controller.boundary_review.is_running
    assert not reviewing.isFullScreen()
    assert reviewing.menuBar().isVisible()
    assert controller.work_list.isVisible()
    assert not bar.isVisible()


def test_space_confirms_and_the_next_image_is_there_at_once(
    workplace: Workplace, reviewing: MainWindow, four_cases: list[ImageId]
) -> None:
    press(reviewing, SPACE)
    # Before any job was waited for: it was prepared.
    assert reviewing.controller.review.image_id == four_cases[1]
    assert reviewing.controller.canvas.editor.current_mask() is not None
    workplace.settle(reviewing)
    assert status_of(reviewing, four_cases[0]) == "confirmed"
    brush(reviewing)
    press(reviewing, SPACE)
    workplace.settle(reviewing)
    assert status_of(reviewing, four_cases[1]) == "corrected"
    for _image in (2, 3):
        press(reviewing, SPACE)
        workplace.settle(reviewing)
    assert [status_of(reviewing, image_id) for image_id in four_cases[2:]] == ["confirmed"] * 2
    assert not reviewing.controller.boundary_review.is_running
    assert "was reviewed or skipped" in reviewing.statusBar().currentMessage()


def test_the_next_image_is_painted_before_the_boundary_of_the_last_one_is_stored(
    workplace: Workplace, reviewing: MainWindow, four_cases: list[ImageId]
) -> None:
    view, painted = reviewing.controller.canvas.view, list[tuple[bool, str]]()
    brush(reviewing)
    workplace.settle(reviewing)
    queues, editor = reviewing.session.queues, reviewing.controller.canvas.editor

    def note(_painter: QPainter) -> None:
        if editor.image_id == four_cases[1]:
            painted.append((QueueName.IMAGES in queues.busy_queues, status_of(reviewing, four_cases[0])))

    view.attach(reviewing.controller.canvas.input._take, note)
    press(reviewing, SPACE)
    assert painted[0] == (True, "predicted")
    workplace.settle(reviewing)
    assert status_of(reviewing, four_cases[0]) == "corrected"


def test_scores_wait_while_boundaries_are_reviewed_and_follow_after_a_pause(
    workplace: Workplace, reviewing: MainWindow, four_cases: list[ImageId], qtbot: QtBot
) -> None:
    review = reviewing.controller.boundary_review
    review._pause.setInterval(10 * WAIT_MS)
    brush(reviewing)
    press(reviewing, SPACE)
    workplace.settle(reviewing)

    def is_score_current() -> bool:
        with reviewing.session.services.store.reading() as work:
            return work.cases.case(four_cases[0]).is_score_current

    assert not is_score_current()
    review._pause.setInterval(1)
    press(reviewing, F)
    qtbot.waitUntil(is_score_current, timeout=WAIT_MS)
    workplace.settle(reviewing)


def test_a_skip_asks_why_and_escape_keeps_the_image(
    workplace: Workplace, reviewing: MainWindow, four_cases: list[ImageId]
) -> None:
    bar = reviewing.controller.workbench.review_bar
    press(reviewing, X)
    assert bar.reasons.isVisible()
    press(reviewing, ESCAPE)
    assert not bar.reasons.isVisible()
    assert reviewing.controller.boundary_review.left[0] == four_cases[0]
    press(reviewing, X)
    press(reviewing, Qt.Key.Key_2)
    workplace.settle(reviewing)
    assert reviewing.controller.review.image_id == four_cases[1]
    assert (AuditKind.BOUNDARY_SKIPPED, SkipReason.NO_LESION) in acts_of(reviewing, four_cases[0])
    assert status_of(reviewing, four_cases[0]) == "predicted"
    assert shown_in(reviewing, CaseFilter.SKIPPED) == {four_cases[0]}
    press(reviewing, ESCAPE)
    reviewing.controller.review_boundaries()
    workplace.settle(reviewing)
    assert four_cases[0] not in reviewing.controller.boundary_review.left


def test_an_image_is_flagged_for_a_second_look_and_the_flag_withdrawn(
    workplace: Workplace, reviewing: MainWindow, four_cases: list[ImageId]
) -> None:
    bar = reviewing.controller.workbench.review_bar
    fitted = reviewing.controller.canvas.view.zoom
    press(reviewing, F)
    workplace.settle(reviewing)
    assert bar.flag.text() == "For a second look"
    assert shown_in(reviewing, CaseFilter.SECOND_LOOK) == {four_cases[0]}
    assert reviewing.controller.canvas.view.zoom == fitted
    press(reviewing, F)
    workplace.settle(reviewing)
    assert bar.flag.text() == ""
    assert shown_in(reviewing, CaseFilter.SECOND_LOOK) == set()


def test_the_last_confirmation_can_be_undone_and_nothing_is_forgotten(
    workplace: Workplace, reviewing: MainWindow, four_cases: list[ImageId]
) -> None:
    press(reviewing, SPACE)
    workplace.settle(reviewing)
    press(reviewing, U)
    workplace.settle(reviewing)
    assert reviewing.controller.review.image_id == four_cases[0]
    assert status_of(reviewing, four_cases[0]) != "confirmed"
    kinds = [kind for kind, _detail in acts_of(reviewing, four_cases[0])]
    assert kinds[-2:] == [AuditKind.MASK_CONFIRMED, AuditKind.MASK_RESET]
    press(reviewing, U)
    assert "Nothing was confirmed" in reviewing.statusBar().currentMessage()
    press(reviewing, X)
    press(reviewing, Qt.Key.Key_1)
    workplace.settle(reviewing)
    press(reviewing, U)
    workplace.settle(reviewing)
    assert reviewing.controller.review.image_id == four_cases[0]
    assert shown_in(reviewing, CaseFilter.SKIPPED) == set()


def test_a_mask_that_may_be_a_slip_comes_back_at_the_end(
    workplace: Workplace, reviewing: MainWindow, four_cases: list[ImageId]
) -> None:
    reviewing.controller.canvas.editor.clear()
    press(reviewing, SPACE)
    workplace.settle(reviewing)
    assert status_of(reviewing, four_cases[0]) == "predicted"
    assert reviewing.controller.boundary_review.left[-1] == four_cases[0]
    for _image in four_cases[1:]:
        press(reviewing, SPACE)
        workplace.settle(reviewing)
    mask = reviewing.controller.canvas.editor.current_mask()
    assert reviewing.controller.review.image_id == four_cases[0]
    assert mask is not None
    assert not mask.any()


def test_what_could_not_be_stored_is_not_reviewed_and_nothing_of_it_is_lost(
    workplace: Workplace, reviewing: MainWindow, four_cases: list[ImageId]
) -> None:
    controller, review = reviewing.controller, reviewing.controller.boundary_review
    progress = controller.workbench.review_bar.progress

    def is_full(*, is_so: bool) -> None:
        with closing(sqlite3.connect(workplace.folder / "cases.sqlite")) as database, database:
            for table in ("mask_revision", "audit_event"):
                full = f"ON {table} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
                create = f"CREATE TRIGGER full_{table} BEFORE INSERT {full}"
                database.execute(create if is_so else f"DROP TRIGGER full_{table}")

    press(reviewing, SPACE)
    workplace.settle(reviewing)
    is_full(is_so=True)
    brush(reviewing)
    drawn = controller.canvas.editor.current_mask()
    press(reviewing, SPACE)
    workplace.settle(reviewing)
    assert review.left == (four_cases[2], four_cases[3], four_cases[1])
    press(reviewing, X)
    press(reviewing, Qt.Key.Key_1)
    workplace.settle(reviewing)
    assert review.left == (four_cases[3], four_cases[1], four_cases[2])
    press(reviewing, U)
    workplace.settle(reviewing)
    assert review.left == (four_cases[3], four_cases[1], four_cases[2])
    assert controller.review.image_id == four_cases[3]
    assert progress.text().startswith("Image 2 of 4")
    assert status_of(reviewing, four_cases[0]) == "confirmed"

    is_full(is_so=False)
    press(reviewing, SPACE)
    workplace.settle(reviewing)
    assert np.array_equal(controller.canvas.editor.current_mask(), drawn)
    is_full(is_so=True)
    press(reviewing, SPACE)
    workplace.settle(reviewing)
    press(reviewing, SPACE)
    workplace.settle(reviewing)
    assert review.is_running
    is_full(is_so=False)
    while review.is_running:
        press(reviewing, SPACE)
        workplace.settle(reviewing)
    found = [status_of(reviewing, image_id) for image_id in four_cases]
    assert found == ["confirmed", "corrected", "confirmed", "confirmed"]


def test_opening_another_case_ends_the_review(
    workplace: Workplace, reviewing: MainWindow, four_cases: list[ImageId]
) -> None:
    reviewing.controller.work_list.choose(four_cases[3])
    workplace.settle(reviewing)
    assert not reviewing.controller.boundary_review.is_running
    assert reviewing.controller.review.image_id == four_cases[3]


@pytest.mark.parametrize(
    ("reviewed", "per_hour", "words"),
    [
        (0, None, "Image 1 of 40"),
        (10, 120.0, "Image 11 of 40  ·  120 an hour  ·  15 minutes left"),
        (39, 120.0, "Image 40 of 40  ·  120 an hour  ·  1 minute left"),
    ],
)
def test_progress_pace_and_time_left_are_told(reviewed: int, per_hour: float | None, words: str) -> None:
    assert progress_words(reviewed, 40, per_hour) == words
