from pathlib import Path

from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.ui.cases.removed_dialog import RemovedDialog
from app.ui.session import Session
from app.usecases.cases.list_cases import list_cases
from app.usecases.cases.remove_case import remove_case
from tests.builders import a_case


def _button(dialog: RemovedDialog) -> QPushButton:
    return next(one for one in dialog.findChildren(QPushButton) if one.text() == "Restore")


def test_a_removed_case_is_shown_and_restored(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    removed, kept = (a_case(session.services, tmp_path, seed=seed, predicted=False) for seed in (1, 2))
    remove_case(session.services, removed)
    dialog = RemovedDialog(session)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 1)
    assert dialog.table.item(0, 2).text() == "lesion 1.png"
    assert not _button(dialog).isEnabled()
    dialog.table.selectRow(0)
    assert _button(dialog).isEnabled()
    with qtbot.waitSignal(dialog.restored) as restored:
        _button(dialog).click()
    assert restored.args == [str(removed)]
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 0)
    assert not _button(dialog).isEnabled()
    assert "No case is removed" in "".join(label.text() for label in dialog.findChildren(QLabel))
    assert {line.image_id for line in list_cases(session.services).lines} == {removed, kept}
    with session.services.store.reading() as work:
        assert work.audit.events(removed)[-1].kind == "case restored"
