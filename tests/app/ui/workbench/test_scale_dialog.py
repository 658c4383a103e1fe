import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.image import Calibration
from app.ui.workbench.scale_dialog import ScaleDialog


@pytest.fixture
def dialog(qtbot: QtBot) -> ScaleDialog:
    dialog = ScaleDialog(200.0)
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
