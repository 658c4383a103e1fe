"""The panel of readings, walked through in the window: propose, confirm, record, look back."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.domain.readings.abcd_form import ABCD, ASYMMETRY, BORDER
from app.domain.readings.dermoscopic_forms import MENZIES
from app.ui.editor.layers import Layer
from app.ui.panels.readings.criterion_row import AnswerState
from app.ui.panels.readings.reading_panel import ReadingPanel
from app.ui.shell.main_window import MainWindow
from app.usecases.patients.edit_lesion import edit_lesion
from app.usecases.services import Services
from tests.app.ui.conftest import OpenWindow
from tests.builders import a_case

STRUCTURES = [one.name for one in ABCD.groups[3].criteria]


def settled(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=10_000)


def press(qtbot: QtBot, panel: ReadingPanel, criterion: str, key: Qt.Key) -> None:
    qtbot.keyClick(panel.rows.row_by_name[criterion], key)


def test_a_reading_is_proposed_confirmed_recorded_and_looked_at_again(
    qtbot: QtBot, services: Services, open_window: OpenWindow, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    window = open_window()
    settled(qtbot, window)
    window.controller.work_list.choose(image_id)
    settled(qtbot, window)
    panel, view = window.controller.panels.readings, window.controller.canvas.view
    assert view._evidence is None, "nothing is measured before the panel is seen"
    window.controller.panels.turn_to("Readings")
    settled(qtbot, window)

    _look_at_proposals(qtbot, window, panel)
    _confirm_and_record(qtbot, window, panel)
    with services.store.reading() as work:
        (stored,) = work.cases.case(image_id).readings
    assert len(stored.answers) == len(ABCD.criteria)
    assert stored.evidence is not None

    press(qtbot, panel, ASYMMETRY, Qt.Key.Key_2)
    panel.record()
    settled(qtbot, window)
    listed = [entry.reading for entry in window.controller.panels.history.entries if entry.reading]
    assert len(listed) == 2
    window.controller.panels.history.reading_requested.emit(str(stored.id))
    assert panel.rows.row_by_name[ASYMMETRY].shown.value == 0
    assert not panel.rows.isEnabled()
    assert view._evidence is None
    panel._leave_past()
    assert panel.rows.row_by_name[ASYMMETRY].shown.value == 2

    _begin_another_form_and_come_back(qtbot, window, panel)
    _see_the_warning_of_a_special_site(qtbot, window, panel, services)
    _be_asked_before_leaving(qtbot, window, panel)


def _look_at_proposals(qtbot: QtBot, window: MainWindow, panel: ReadingPanel) -> None:
    states = {name: row.shown.state for name, row in panel.rows.row_by_name.items()}
    assert states[ASYMMETRY] is AnswerState.PROPOSED
    assert {states[name] for name in STRUCTURES} == {AnswerState.OPEN}
    assert "13 of 13" in panel.foot.total.text()
    assert not panel.foot.record.isEnabled()
    view = window.controller.canvas.view
    drawing = view._evidence
    assert drawing is not None
    assert (drawing.shows_axes, drawing.shows_border, drawing.patch) == (True, True, None)
    panel.rows.focused.emit("colour_dark_brown")
    assert view._evidence is not None
    assert view._evidence.patch == "dark brown"
    panel.rows.focused.emit(BORDER)
    view.grab()
    window.actions_of_window.action_by_id["view.evidence"].trigger()
    assert not view.layer_look(Layer.EVIDENCE).is_visible
    window.actions_of_window.action_by_id["view.evidence"].trigger()


def _confirm_and_record(qtbot: QtBot, window: MainWindow, panel: ReadingPanel) -> None:
    panel.rows.row_by_name[ASYMMETRY].setFocus()
    press(qtbot, panel, ASYMMETRY, Qt.Key.Key_Space)
    assert panel.rows.row_by_name[BORDER].hasFocus()
    assert panel.rows.row_by_name[ASYMMETRY].shown.state is AnswerState.CONFIRMED
    panel.foot.confirm_all.click()
    for name in STRUCTURES:
        press(qtbot, panel, name, Qt.Key.Key_0)
    assert "at least one structure" in panel.foot.total.text()
    assert not panel.foot.record.isEnabled()
    press(qtbot, panel, STRUCTURES[0], Qt.Key.Key_Space)
    press(qtbot, panel, BORDER, Qt.Key.Key_Delete)
    assert panel.rows.row_by_name[BORDER].shown.state is AnswerState.PROPOSED
    press(qtbot, panel, BORDER, Qt.Key.Key_8)
    assert panel.foot.total.text().startswith("Total ")
    assert "benign" in panel.foot.total.text()
    panel.foot.record.click()
    settled(qtbot, window)
    assert not panel.is_pending


def _begin_another_form_and_come_back(qtbot: QtBot, window: MainWindow, panel: ReadingPanel) -> None:
    panel.form_box.set_value(MENZIES.name)
    panel.form_box.chosen.emit()
    press(qtbot, panel, "pseudopods", Qt.Key.Key_1)
    assert window.controller.canvas.view._evidence is None
    panel.form_box.set_value(ABCD.name)
    panel.form_box.chosen.emit()
    assert not panel.is_pending
    panel.form_box.set_value(MENZIES.name)
    panel.form_box.chosen.emit()
    assert panel.draft.values == {"pseudopods": 1}
    assert panel.is_pending
    button = panel.rows.row_by_name["radial_streaming"].findChildren(QPushButton)[1]
    button.click()
    assert panel.draft.values == {"pseudopods": 1, "radial_streaming": 1}


def _see_the_warning_of_a_special_site(
    qtbot: QtBot, window: MainWindow, panel: ReadingPanel, services: Services
) -> None:
    review = window.controller.review
    assert review.view is not None
    lesion = review.view.case.lesion
    assert not panel._caveat.isVisibleTo(panel)
    window.session.changed.emit(edit_lesion(services, lesion, replace(lesion, site="palms/soles")))
    settled(qtbot, window)
    assert "palms, soles and nails" in panel._caveat.text()
    assert panel.draft.values == {"pseudopods": 1, "radial_streaming": 1}


def _be_asked_before_leaving(qtbot: QtBot, window: MainWindow, panel: ReadingPanel) -> None:
    assert not window.close()
    assert "not recorded" in window.notice_bar.text
    panel.record()
    settled(qtbot, window)
    assert not panel.is_pending
    assert window.close()
