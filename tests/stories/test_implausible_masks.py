"""A boundary that marks nothing, or nearly everything, is signed only after a person said so."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from app.ui.shell.main_window import MainWindow
from tests.stories.hands import CONTROL, NOTHING, brush, opened, press
from tests.stories.workplace import WAIT_MS, Workplace

_WIDER_THAN_THE_IMAGE_PX = 400


def spoil(window: MainWindow, tool: str = "eraser") -> None:
    """Erase the whole mask, or paint over the whole image, with two strokes of the largest brush."""
    for y in (20.0, 76.0):
        brush(window, from_xy=(2.0, y), to_xy=(126.0, y), diameter_px=_WIDER_THAN_THE_IMAGE_PX, tool=tool)


def question() -> QMessageBox | None:
    boxes = [one for one in QApplication.topLevelWidgets() if isinstance(one, QMessageBox)]
    return next((box for box in boxes if box.isVisible()), None)


def asked(qtbot: QtBot) -> QMessageBox:
    qtbot.waitUntil(lambda: question() is not None, timeout=WAIT_MS)
    box = question()
    assert box is not None
    return box


def answer(box: QMessageBox, text: str) -> None:
    next(button for button in box.buttons() if button.text() == text).click()


def click_in_notice(window: MainWindow, text: str) -> None:
    buttons = window.notice_bar.findChildren(QPushButton)
    next(button for button in buttons if button.isVisible() and button.text() == text).click()


def revisions_of(window: MainWindow, image_id: ImageId) -> int:
    with window.session.services.store.reading() as work:
        return len(work.cases.case(image_id).revisions)


@pytest.mark.parametrize(("key", "held"), [(Qt.Key.Key_S, CONTROL), (Qt.Key.Key_C, NOTHING)])
@pytest.mark.parametrize(
    ("tool", "words"), [("eraser", "marks nothing"), ("brush", "marks all of the image")]
)
def test_saving_and_confirming_ask_first(
    workplace: Workplace,
    qtbot: QtBot,
    four_cases: list[ImageId],
    key: Qt.Key,
    held: Qt.KeyboardModifier,
    tool: str,
    words: str,
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    spoil(window, tool)
    press(window, key, held)
    box = asked(qtbot)
    assert words in box.text()
    assert revisions_of(window, four_cases[0]) == 0
    answer(box, "Save it as it is")
    workplace.settle(window)
    assert revisions_of(window, four_cases[0]) == 1
    assert not window.controller.correction.is_unsaved


def test_return_and_escape_are_no_yes(workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    spoil(window)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        press(window, Qt.Key.Key_S, CONTROL)
        press(asked(qtbot), key)
        workplace.settle(window)
        assert question() is None
        assert revisions_of(window, four_cases[0]) == 0
        assert window.controller.correction.is_unsaved
        window.activateWindow()
        qtbot.waitUntil(window.controller.canvas.view.hasFocus, timeout=WAIT_MS)


def test_a_mask_that_was_confirmed_as_predicted_is_not_asked_about(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    press(window, Qt.Key.Key_C)
    workplace.settle(window)
    assert question() is None
    assert revisions_of(window, four_cases[0]) == 1


def test_the_next_case_opens_and_the_empty_drawing_of_the_one_before_waits_unsigned(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    spoil(window)
    press(window, Qt.Key.Key_Down, CONTROL)
    workplace.settle(window)
    assert question() is None
    assert window.controller.review.image_id == four_cases[1]
    assert revisions_of(window, four_cases[0]) == 0
    assert "marks nothing" in window.notice_bar.text
    assert "not saved as a revision" in window.notice_bar.text
    assert "is saved as a revision" not in window.statusBar().currentMessage()
    click_in_notice(window, "Go back")
    workplace.settle(window)
    assert window.controller.review.image_id == four_cases[0]
    mask = window.controller.canvas.editor.current_mask()
    assert mask is not None
    assert not mask.any()
    assert window.controller.correction.is_unsaved
    press(window, Qt.Key.Key_Down, CONTROL)
    workplace.settle(window)
    assert window.notice_bar.isVisible()
    assert "marks nothing" in window.notice_bar.text


def test_the_window_stays_open_over_an_empty_drawing_and_the_drawing_outlives_quitting_anyway(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    spoil(window)
    window.close()
    workplace.settle(window)
    assert window.isVisible()
    assert "marks nothing" in window.notice_bar.text
    click_in_notice(window, "Quit anyway")
    assert not window.isVisible()
    workplace.kill(window)
    window = opened(workplace, qtbot)
    assert window.controller.review.image_id == four_cases[0]
    assert revisions_of(window, four_cases[0]) == 0
    mask = window.controller.canvas.editor.current_mask()
    assert mask is not None
    assert not mask.any()
    press(window, Qt.Key.Key_Z, CONTROL)
    mask = window.controller.canvas.editor.current_mask()
    assert mask is not None
    assert mask.any()


def test_exporting_goes_on_without_an_empty_drawing_and_offers_to_save_it(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    spoil(window)
    window.controller.show_export()
    workplace.settle(window)
    assert revisions_of(window, four_cases[0]) == 0
    click_in_notice(window, "Save it as it is")
    workplace.settle(window)
    assert revisions_of(window, four_cases[0]) == 1
    assert np.count_nonzero(window.controller.canvas.editor.current_mask()) == 0


def test_a_removed_case_keeps_its_empty_drawing(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    spoil(window)
    window.controller.remove_case()
    workplace.settle(window)
    assert revisions_of(window, four_cases[0]) == 0
    click_in_notice(window, "Bring it back")
    workplace.settle(window)
    assert window.controller.review.image_id == four_cases[0]
    assert window.controller.correction.is_unsaved
