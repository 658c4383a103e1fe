"""The window of device profiles and the offer in the card of the scale, without the main window."""

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from app.domain.image import Calibration
from app.ui.session import Session
from app.ui.workbench.device_profile_dialog import DeviceProfileDialog
from app.usecases.cases.set_calibration import set_calibration
from app.usecases.services import Services
from tests.builders import a_case

LEFT = Qt.MouseButton.LeftButton


def test_a_scale_is_kept_used_for_the_selected_images_and_withdrawn(
    qtbot: QtBot, session: Session, services: Services, tmp_path: Path
) -> None:
    first, *others = (a_case(services, tmp_path / "in", seed=seed, predicted=False) for seed in (1, 2, 3))

    def opened(image_id: ImageId) -> DeviceProfileDialog:
        dialog = DeviceProfileDialog(session, image_id, (first, *others))
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitUntil(lambda: "does not say which camera" in dialog.device.text(), timeout=5000)
        return dialog

    dialog = opened(first)
    dialog.name.line.setText("Room 3")
    assert not dialog.keep.isEnabled()
    dialog.reject()

    set_calibration(services, first, Calibration(0.05, "measured on a ruler"))
    dialog = opened(first)
    assert not dialog.use.isEnabled()
    dialog.name.line.setText("Room 3")
    qtbot.waitUntil(dialog.keep.isEnabled, timeout=5000)
    dialog.day.setDate(dialog.day.date().addDays(-10_000))
    qtbot.mouseClick(dialog.keep, LEFT)
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 1, timeout=5000)
    assert dialog.table.item(0, 0).text() == "Room 3"

    dialog.table.selectRow(0)
    dialog.to_chosen.setChecked(True)
    with qtbot.waitSignal(dialog.accepted, timeout=5000):
        qtbot.mouseClick(dialog.use, LEFT)
    with services.store.reading() as work:
        scales = [case.image.calibration for case in work.cases.cases(others)]
    assert scales == [Calibration(0.05, "device profile “Room 3”")] * 2

    dialog = opened(others[0])
    dialog.table.selectRow(0)
    qtbot.mouseClick(dialog.withdraw, LEFT)
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 0, timeout=5000)
    assert dialog.problem.text() == ""
