"""A patient with two lesions and three visits: what was filed wrongly is seen, put right, and undone."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.domain.ids import ImageId, LesionId
from app.domain.patient_tree import ImageLine, LesionLine
from app.ui.cases.patient_tree.move_dialog import MERGE, TO_NEW_LESION, TO_PATIENT, MoveDialog
from app.ui.cases.patient_tree.nodes import Node
from app.ui.cases.patient_tree.tree_model import MIME_TYPE
from app.ui.shell.main_window import MainWindow
from app.usecases.lesions.move_images import change_visit, move_images
from app.usecases.lesions.move_lesion import move_lesion
from app.usecases.lesions.patient_tree import lesions_beside
from app.usecases.patients.edit_lesion import edit_lesion
from app.usecases.services import Services
from tests.builders import a_case
from tests.stories.hands import CONTROL, SHIFT, opened, press
from tests.stories.workplace import WAIT_MS, Workplace

SPRING, SUMMER = date(2025, 3, 1), date(2025, 6, 1)
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def images(prepared: Services, tmp_path: Path) -> list[ImageId]:
    """Return images of one patient: of the arm from spring, summer and today, and of the back from today."""
    found = [a_case(prepared, tmp_path / "in", seed=seed) for seed in (1, 2, 3, 4)]
    with prepared.store.reading() as work:
        cases = [work.cases.case(image_id) for image_id in found]
    arm, back = cases[0].lesion, cases[3].lesion
    for case in cases[1:]:
        move_lesion(prepared, case.lesion.id, cases[0].patient.code)
    move_images(prepared, found[1:3], arm.id)
    change_visit(prepared, [found[0]], SPRING)
    change_visit(prepared, [found[1]], SUMMER)
    edit_lesion(prepared, arm, replace(arm, label="arm"))
    with prepared.store.reading() as work:
        stored = work.cases.lesion(back.id)
    edit_lesion(prepared, stored, replace(stored, label="back"))
    return found


def _filed(window: MainWindow, image_id: ImageId) -> dict[str, list[set[ImageId]]]:
    lines = lesions_beside(window.session.services, image_id)
    return {
        line.lesion.label: [{one.case.image_id for one in visit.images} for visit in line.visits]
        for line in lines
    }


def _node(window: MainWindow, key: tuple[str, str]) -> Node:
    node = window.controller.work_list.patients.model.find(key)
    assert node is not None
    return node


def _drop(window: MainWindow, dragged: tuple[str, str], target: tuple[str, str]) -> None:
    """Drag a line onto another one, as the view does it with its model."""
    model = window.controller.work_list.patients.model
    one, other = (model.index_of(_node(window, key)) for key in (dragged, target))
    data = model.mimeData([one])
    assert data.hasFormat(MIME_TYPE)
    assert model.canDropMimeData(data, Qt.DropAction.MoveAction, -1, -1, other)
    assert not model.canDropMimeData(data, Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    assert not model.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, other)


def _dialog(window: MainWindow, workplace: Workplace, qtbot: QtBot) -> MoveDialog:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
    press(window, Qt.Key.Key_M, CONTROL | SHIFT)
    workplace.settle(window)
    (dialog,) = (
        one for one in QApplication.topLevelWidgets() if isinstance(one, MoveDialog) and one.isVisible()
    )
    return dialog


def _undo_buttons(window: MainWindow) -> list[QPushButton]:
    buttons = window.controller.panels.history.findChildren(QPushButton)
    return [one for one in buttons if one.text() == "Undo" and not one.isHidden()]


def test_wrong_filing_is_seen_put_right_and_undone(
    workplace: Workplace, images: list[ImageId], qtbot: QtBot
) -> None:
    spring, summer, today, of_back = images
    window = opened(workplace, qtbot, spring)
    controller, tree = window.controller, window.controller.work_list.patients

    # The strip shows the three visits of the lesion; keys go through them, and stop at the end.
    strip = controller.panels.lesion_strip
    assert [button.text() for button in strip.buttons] == ["01 Mar 2025", "01 Jun 2025", "14 Mar 2026"]
    press(window, Qt.Key.Key_Right, ALT)
    workplace.settle(window)
    assert controller.review.image_id == summer
    strip.buttons[2].click()
    workplace.settle(window)
    assert controller.review.image_id == today
    press(window, Qt.Key.Key_Right, ALT)
    workplace.settle(window)
    assert controller.review.image_id == today

    # The tree opens where the open case stands; choosing another image in it opens that case.
    press(window, Qt.Key.Key_F7)
    workplace.settle(window)
    assert tree.view.is_current(today)
    lines = [node.line for node in _node(window, ("image", today)).above.above.above.walk()]  # type: ignore[union-attr]
    lesions = [line for line in lines if isinstance(line, LesionLine)]
    assert [(one.lesion.label, len(one.visits)) for one in lesions] == [("arm", 3), ("back", 1)]
    assert [one.lesion_score is None and one.probability is not None for one in lesions] == [True, True]
    assert sum(isinstance(line, ImageLine) for line in lines) == 4
    tree.view.setCurrentIndex(tree.model.index_of(_node(window, ("image", summer))))
    workplace.settle(window)
    assert controller.review.image_id == summer

    # The image from summer shows the back, in truth: it is dragged there, and the notice takes it back.
    arm, back = (one.lesion.id for one in lesions)
    before = _filed(window, spring)
    _drop(window, ("image", summer), ("lesion", back))
    workplace.settle(window)
    after = _filed(window, spring)
    assert after == {"arm": [{spring}, {today}], "back": [{summer}, {of_back}]}
    assert tree.view.is_current(summer)
    assert controller.review.image_id == summer
    controller.panels.turn_to("History")
    # Its own three moves, and that the lesion was given to the patient.
    qtbot.waitUntil(lambda: len(_undo_buttons(window)) == 4, timeout=WAIT_MS)
    told = [entry.detail for entry in controller.panels.history.entries if entry.move_id is not None]
    last = "from the lesion “arm”, 01 Jun 2025 to the lesion “back”, 01 Jun 2025, by Dr Test"
    _undo_buttons(window)[told.index(last)].click()
    workplace.settle(window)
    assert _filed(window, spring) == before
    titles = [entry.title for entry in controller.panels.history.entries]
    assert {"Move undone", "Filed under another lesion (undone)"} <= set(titles)

    _put_right_in_the_dialog(window, workplace, images, arm, qtbot)


def _put_right_in_the_dialog(
    window: MainWindow, workplace: Workplace, images: list[ImageId], arm: LesionId, qtbot: QtBot
) -> None:
    """Split, merge and refuse by keyboard; several chosen images go together."""
    spring, summer, today, of_back = images
    tree = window.controller.work_list.patients
    model = tree.view.selectionModel()
    for image_id in (summer, today):
        model.select(tree.model.index_of(_node(window, ("image", image_id))), model.SelectionFlag.Select)
    assert tree.view.selected_images() == [summer, today]
    dialog = _dialog(window, workplace, qtbot)
    dialog.choose(TO_NEW_LESION)
    dialog.carry_out()
    workplace.settle(window)
    assert _filed(window, spring) == {"arm": [{spring}], "": [{summer}, {today}], "back": [{of_back}]}

    # The notice of the window takes it back.
    window.notice_bar.findChildren(QPushButton)[0].click()
    workplace.settle(window)
    assert _filed(window, spring) == {"arm": [{spring}, {summer}, {today}], "back": [{of_back}]}

    dialog = _dialog(window, workplace, qtbot)
    dialog.number.setText("Z-9")
    assert dialog._ways.checkedId() == TO_PATIENT
    dialog.carry_out()
    workplace.settle(window)
    assert "no patient Z-9" in dialog._problem.text()
    dialog.choose(MERGE)
    dialog.carry_out()
    workplace.settle(window)
    assert not isValid(dialog)
    assert _filed(window, spring) == {"back": [{spring}, {summer}, {today, of_back}]}
    with window.session.services.store.reading() as work:
        assert work.cases.lesion(arm).label == "arm"
        assert work.cases.case(today).lesion_score is not None
    qtbot.waitUntil(lambda: tree.model.find(("lesion", arm)) is None, timeout=WAIT_MS)
