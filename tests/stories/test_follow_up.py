"""A lesion was photographed again after a year: the two visits are compared, and what is new is marked."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from app.ui.followup.comparison_dialog import ComparisonDialog
from app.ui.followup.comparison_mode import ComparisonMode
from app.usecases.followup.mark_structure import marks_of
from app.usecases.services import Services
from tests.rephotographs import two_visits
from tests.stories.hands import CONTROL, SHIFT, opened, press, words_on
from tests.stories.workplace import WAIT_MS, Workplace


@pytest.fixture
def visits(prepared: Services, tmp_path: Path) -> tuple[ImageId, ImageId]:
    return two_visits(prepared, tmp_path / "in")


def test_two_visits_of_a_lesion_are_compared_and_a_new_structure_is_marked(
    workplace: Workplace, qtbot: QtBot, prepared: Services, visits: tuple[ImageId, ImageId]
) -> None:
    first, second = visits
    window = opened(workplace, qtbot, second)
    press(window, Qt.Key.Key_V, CONTROL | SHIFT)
    dialog = window.findChild(ComparisonDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.comparison is not None, timeout=3 * WAIT_MS)
    comparison = dialog.comparison
    assert comparison is not None
    assert (comparison.earlier.image.id, comparison.later.image.id) == (first, second)
    words = words_on(dialog.growth)
    assert "mm² (±" in words
    assert "within the error" not in words
    assert [line.name for line in dialog.chart.lines][:2] == ["Area", "Longest diameter"]

    for key, mode in zip((Qt.Key.Key_2, Qt.Key.Key_4, Qt.Key.Key_1), (1, 3, 0), strict=True):
        QTest.keyClick(dialog.view, key)
        assert dialog.view.mode is list(ComparisonMode)[mode]
    QTest.keyClick(dialog.view, Qt.Key.Key_Space)
    assert dialog.view.mode is ComparisonMode.BLINK
    assert not dialog.view.shows_later
    QTest.keyClick(dialog.view, Qt.Key.Key_Space)
    assert dialog.view.shows_later

    _mark_an_ellipse(dialog)
    qtbot.waitUntil(lambda: len(dialog.marks.marks) == 1, timeout=WAIT_MS)
    (mark,) = marks_of(prepared, second)
    assert (mark.note, mark.compared_with) == ("dots", first)
    assert mark.radius_x_px == pytest.approx(20 / dialog.view.placement.scale, rel=0.05)
    QTest.keyClick(dialog.view, Qt.Key.Key_Return)
    workplace.settle(window)
    assert len(marks_of(prepared, second)) == 1
    dialog.marks.withdrawn.emit(mark.id)
    qtbot.waitUntil(lambda: len(dialog.marks.marks) == 0, timeout=WAIT_MS)

    QTest.keyClick(dialog.view, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=WAIT_MS)
    workplace.settle(window)
    titles = [entry.title for entry in window.controller.panels.history.entries]
    assert "New structure marked" in titles
    assert "Mark of a new structure withdrawn" in titles


def _mark_an_ellipse(dialog: ComparisonDialog) -> None:
    dialog.marks.note.setText("dots")
    QTest.keyClick(dialog.marks.note, Qt.Key.Key_Return)
    assert dialog.view.is_marking
    start = dialog.view.rect().center()
    QTest.mousePress(dialog.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(dialog.view, start + QPoint(40, 30))
    QTest.mouseRelease(
        dialog.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + QPoint(40, 30)
    )
    QApplication.processEvents()
