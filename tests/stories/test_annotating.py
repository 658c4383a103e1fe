"""An annotator goes through masks with single keys: right ones are confirmed, near ones moved by a step."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from app.ui.shell.main_window import MainWindow
from tests.stories.hands import SHIFT, brush, opened, press
from tests.stories.workplace import WAIT_MS, Workplace

LEFT = Qt.MouseButton.LeftButton


def line_status(window: MainWindow, image_id: ImageId) -> str:
    row = window.controller.work_list.model.row_of(image_id)
    assert row is not None
    line = window.controller.work_list.model.known_line(row)
    assert line is not None
    return line.status


def test_one_key_confirms_a_right_boundary(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    window.controller.focus_image()
    press(window, Qt.Key.Key_C)
    workplace.settle(window)
    assert workplace.case(window).status == "confirmed"
    assert line_status(window, four_cases[0]) == "confirmed"
    assert window.status_line.saved.text().startswith("Boundary confirmed at ")
    assert window.status_line.pace.text() == "Today 0 corrected, 1 confirmed"
    window.controller.work_list.choose(four_cases[1])
    workplace.settle(window)
    brush(window)
    press(window, Qt.Key.Key_C)
    workplace.settle(window)
    assert workplace.case(window).status == "corrected"
    assert window.status_line.saved.text().startswith("Correction saved at ")
    assert window.status_line.pace.text() == "Today 1 corrected, 1 confirmed"


def test_the_count_of_the_day_is_there_at_the_next_start(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    window.controller.correction.confirm()
    workplace.settle(window)
    workplace.kill(window)
    window = workplace.open()
    qtbot.waitUntil(lambda: "1 confirmed" in window.status_line.pace.text(), timeout=WAIT_MS)


def test_keys_move_smooth_and_clear_the_boundary_and_say_how_far(
    workplace: Workplace, one_case: MainWindow
) -> None:
    one_case.activateWindow()
    one_case.controller.focus_image()
    editor = one_case.controller.canvas.editor
    predicted = editor.current_mask()
    assert predicted is not None
    step = editor.step_px()

    def area() -> int:
        mask = editor.current_mask()
        assert mask is not None
        return int(np.count_nonzero(mask))

    press(one_case, Qt.Key.Key_Plus)
    assert area() > np.count_nonzero(predicted)
    assert one_case.statusBar().currentMessage() == f"Grown by {step} px."
    press(one_case, Qt.Key.Key_Minus)
    press(one_case, Qt.Key.Key_Minus)
    assert area() < np.count_nonzero(predicted)
    assert one_case.statusBar().currentMessage() == f"Shrunk by {step} px."
    press(one_case, Qt.Key.Key_S)
    assert "Smoothed" in one_case.statusBar().currentMessage()
    press(one_case, Qt.Key.Key_C, SHIFT)
    assert area() == 0
    press(one_case, Qt.Key.Key_Plus)
    assert "stays as it is" in one_case.statusBar().currentMessage()
    while editor.undo_group.canUndo():
        editor.undo_group.undo()
    assert np.array_equal(editor.current_mask(), predicted)


def test_a_key_lets_the_lesion_fill_the_view(workplace: Workplace, one_case: MainWindow) -> None:
    one_case.activateWindow()
    one_case.controller.focus_image()
    view = one_case.controller.canvas.view
    fitted = view.zoom
    press(one_case, Qt.Key.Key_2)
    assert view.zoom > 1.2 * fitted
    press(one_case, Qt.Key.Key_C, SHIFT)
    press(one_case, Qt.Key.Key_2)
    assert view.zoom == fitted


def test_no_score_is_computed_while_a_stroke_is_on_its_way(
    workplace: Workplace, qtbot: QtBot, one_case: MainWindow
) -> None:
    correction = one_case.controller.correction
    asked: list[bool] = []
    correction.state_changed.connect(lambda: asked.append(correction.is_previewing))
    brush(one_case)
    view = one_case.controller.canvas.view
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, view.rect().center())
    qtbot.wait(1500)
    assert not any(asked)
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, view.rect().center())
    qtbot.waitUntil(lambda: any(asked), timeout=WAIT_MS)
    workplace.settle(one_case)
    qtbot.wait(1500)
    begun = [now for before, now in zip([False, *asked], asked, strict=False) if now and not before]
    assert len(begun) == 1
