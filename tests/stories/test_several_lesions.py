"""A dermatologist finds two lesions in one image: both are outlined, one is scored, nothing gets lost."""

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from app.ui.shell.main_window import MainWindow
from tests.stories.hands import NOTHING, SHIFT, brush, opened, press
from tests.stories.workplace import WAIT_MS, Workplace

LEFT = Qt.MouseButton.LeftButton


def numbers(workplace: Workplace, window: MainWindow) -> tuple[int, ...]:
    return workplace.case(window).lesions.numbers


def click_image(window: MainWindow, image_xy: tuple[float, float]) -> None:
    view = window.controller.canvas.view
    QTest.mouseClick(view, LEFT, NOTHING, QPoint(*map(round, view.placement.view_xy(image_xy))))


def undo_notice(workplace: Workplace, window: MainWindow) -> None:
    """Press the button of the notice that says what was done."""
    window.notice_bar.findChild(QPushButton).click()
    workplace.settle(window)


def test_a_second_lesion_is_added_drawn_chosen_and_taken_back(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    controller = window.controller
    predicted = workplace.case(window).mask
    score = workplace.case(window).score
    controller.focus_image()
    press(window, Qt.Key.Key_A)
    workplace.settle(window)
    assert controller.correction.lesion == 2
    assert not controller.workbench.options.threshold.isEnabled()

    brush(window, from_xy=(14, 14), to_xy=(20, 14))
    press(window, Qt.Key.Key_Period)
    workplace.settle(window)
    case = workplace.case(window)
    assert controller.correction.lesion == 1
    assert [one.number for one in case.lesions.drawn] == [2]
    assert (case.mask, case.score, case.is_score_current) == (predicted, score, True)
    assert [one.number for one in controller.canvas.view.renderer.others] == [2]

    card = controller.panels.measurements.lesions
    assert [card.table.item(row, 3).text() for row in range(2)] == ["★", ""]
    card.table.setCurrentCell(1, 0)
    assert controller.correction.lesion == 2
    controller.focus_image()
    press(window, Qt.Key.Key_I, SHIFT)
    workplace.settle(window)
    case = workplace.case(window)
    assert (case.lesions.of_interest, case.is_score_current) == (2, True)
    assert case.score is not None
    assert case.revision is not None
    assert case.score.mask_source == case.revision.id

    undo_notice(workplace, window)
    case = workplace.case(window)
    assert (case.lesions.of_interest, case.mask) == (1, predicted)
    card.table.setCurrentCell(1, 0)
    card.remove.click()
    workplace.settle(window)
    assert (numbers(workplace, window), controller.correction.lesion) == ((1,), 1)
    card.take_back.click()
    workplace.settle(window)
    assert numbers(workplace, window) == (1, 2)


def test_a_stroke_of_another_lesion_outlives_a_crash_and_its_undo_its_own(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    controller = window.controller
    controller.focus_image()
    press(window, Qt.Key.Key_A)
    workplace.settle(window)
    brush(window, from_xy=(14, 14), to_xy=(20, 14))
    qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=WAIT_MS)
    drawn = controller.canvas.editor.current_mask()
    assert drawn is not None
    workplace.kill(window)

    window = workplace.open()
    workplace.settle(window)
    controller = window.controller
    assert controller.review.image_id == four_cases[0]
    assert controller.correction.lesion == 2
    assert np.array_equal(controller.canvas.editor.current_mask(), drawn)
    controller.lesions.step(1)
    workplace.settle(window)
    assert [one.area_px for one in workplace.case(window).lesions.drawn] == [np.count_nonzero(drawn)]
    assert not controller.canvas.editor.undo_group.canUndo()
    controller.lesions.step(1)
    assert controller.canvas.editor.undo_group.canUndo()


def test_a_region_is_separated_by_a_click_and_joined_again(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    controller = window.controller
    brush(window, from_xy=(14, 14), to_xy=(20, 14))
    controller.take_tool("separate")
    click_image(window, (17, 14))
    workplace.settle(window)
    case = workplace.case(window)
    assert case.lesions.numbers == (1, 2)
    assert [revision.number for revision in case.revisions] == [1, 2]
    assert case.is_score_current
    assert not controller.correction.is_unsaved
    controller.lesions.step(1)
    press(window, Qt.Key.Key_J, SHIFT)
    workplace.settle(window)
    assert numbers(workplace, window) == (1,)
    assert workplace.case(window).mask == case.revisions[0].mask
