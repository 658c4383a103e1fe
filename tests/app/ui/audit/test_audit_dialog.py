from datetime import datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QDate
from pytestqt.qtbot import QtBot

from app.domain.audit import AuditKind
from app.ui.audit.act_model import NO_INDEX
from app.ui.audit.audit_dialog import AuditDialog
from app.ui.session import Session
from tests.builders import a_case


def test_acts_are_read_as_one_scrolls_narrowed_and_written(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    a_case(session.services, tmp_path / "in", predicted=False)
    with session.services.store.writing() as work:
        for number in range(450):
            work.audit.append("Dr Other", AuditKind.CASE_EXPORTED, "x", str(number))
        work.commit()
    dialog = AuditDialog(session)
    qtbot.addWidget(dialog)
    dialog.until.setDate(QDate.currentDate().addYears(1))
    model = dialog.model
    qtbot.waitUntil(lambda: model.rowCount() == 200)
    assert model.data(model.index(0, 4)) == "449"
    while model.canFetchMore(NO_INDEX):
        shown = model.rowCount()
        model.fetchMore(NO_INDEX)
        assert not model.canFetchMore(NO_INDEX)
        qtbot.waitUntil(lambda shown=shown: model.rowCount() > shown)
    assert model.rowCount() == model.total
    qtbot.waitUntil(lambda: dialog.who.count() == 3)
    dialog.who.set_value("Dr Test")
    dialog.who.chosen.emit()
    qtbot.waitUntil(lambda: model.total < 10)
    assert {model.data(model.index(row, 1)) for row in range(model.rowCount())} == {"Dr Test"}
    assert model.data(model.index(0, 3)) == "NAEV-00001, lesion 1.png"
    of_one_person = model.total
    dialog.write(tmp_path / "acts.csv")
    qtbot.waitUntil(lambda: "written to" in dialog._said.text())
    assert len((tmp_path / "acts.csv").read_text(encoding="utf-8").splitlines()) == of_one_person + 1


def test_a_day_lasts_until_the_next_one_begins(qtbot: QtBot, session: Session) -> None:
    dialog = AuditDialog(session)
    qtbot.addWidget(dialog)
    assert dialog.wanted.since is None
    dialog.since.setDate(QDate(2026, 3, 14))
    dialog.until.setDate(QDate(2026, 3, 14))
    wanted = dialog.wanted
    assert wanted.since is not None
    assert wanted.until is not None
    assert wanted.since.astimezone().replace(tzinfo=None) == datetime(2026, 3, 14)
    assert wanted.until - wanted.since == timedelta(days=1)
