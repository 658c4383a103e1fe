import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.image import Calibration
from app.ui.workbench.scale_dialog import ScaleDialog, drawn_line, printed_ticks
from models.contract.imaging.printed_scale import PrintedScale


@pytest.fixture
def dialog(qtbot: QtBot) -> ScaleDialog:
    dialog = ScaleDialog(drawn_line(200.0))
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_nothing_is_assumed_and_enter_alone_sets_no_scale(qtbot: QtBot, dialog: ScaleDialog) -> None:
    assert dialog.length.line.text() == ""
    assert not dialog.use.isEnabled()
    qtbot.keyClick(dialog.length.line, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.calibration is None


@pytest.mark.parametrize(
    ("typed", "mm_per_px"), [("5", 0.025), ("5,5 mm", 0.0275), ("0.5 cm", 0.025), ("10000um", 0.05)]
)
def test_a_typed_length_gives_the_scale(
    qtbot: QtBot, dialog: ScaleDialog, typed: str, mm_per_px: float
) -> None:
    qtbot.keyClicks(dialog.length.line, typed)
    assert dialog.use.isEnabled()
    with qtbot.waitSignal(dialog.accepted, timeout=1000):
        qtbot.keyClick(dialog.length.line, Qt.Key.Key_Return)
    assert dialog.calibration == Calibration(pytest.approx(mm_per_px), "measured on a ruler")


@pytest.mark.parametrize(
    ("typed", "word"),
    [("0", "“0” is no length"), ("-5", "no length"), ("five", "“five”"), ("900", "4.5 mm wide")],
)
def test_what_gives_no_scale_is_explained_and_not_accepted(
    qtbot: QtBot, dialog: ScaleDialog, typed: str, word: str
) -> None:
    qtbot.keyClicks(dialog.length.line, typed)
    assert word in dialog.length.field.error
    assert not dialog.use.isEnabled()
    qtbot.keyClick(dialog.length.line, Qt.Key.Key_Return)
    assert dialog.isVisible()


def test_printed_ticks_are_supposed_to_be_1_mm_apart_until_a_person_says_else(qtbot: QtBot) -> None:
    ticks = tuple((10.0 + 20 * number, 50.0) for number in range(11))
    dialog = ScaleDialog(printed_ticks(PrintedScale(ticks, 20.0, (0.0, -8.0), 0.9)))
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.length.line.text() == "1"
    assert dialog.calibration == Calibration(pytest.approx(0.05), "measured on a printed scale")
    assert dialog.search.isHidden()
    dialog.length.line.setText("0.5")
    dialog.accept()
    assert dialog.calibration == Calibration(pytest.approx(0.025), "measured on a printed scale")


def test_return_alone_takes_no_scale_that_is_only_supposed(qtbot: QtBot) -> None:
    dialog = ScaleDialog(printed_ticks(PrintedScale(((0.0, 0.0), (40.0, 0.0)), 40.0, (0.0, 1.0), 0.9)))
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.calibration is not None
    qtbot.keyClick(dialog.length.line, Qt.Key.Key_Return)
    assert dialog.isVisible()
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_of_many_ticks_nothing_is_supposed_because_they_may_be_half_millimetres() -> None:
    ticks = tuple((10.0 + 11 * number, 50.0) for number in range(21))
    assert printed_ticks(PrintedScale(ticks, 11.0, (0.0, -8.0), 0.9)).supposed == ""


def test_a_drawn_line_can_be_given_up_for_a_printed_scale(qtbot: QtBot, dialog: ScaleDialog) -> None:
    with qtbot.waitSignals([dialog.rejected, dialog.search_requested], timeout=1000):
        dialog.search.click()
