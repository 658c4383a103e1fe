"""Tags and assignment of several cases in one dialog."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.errors import InvalidFieldError
from app.ui.cases.tags.tags_dialog import TagsDialog
from app.ui.session import Session
from app.usecases.exports.case_selection import CaseSelection
from app.usecases.work_list.assign_cases import assign_cases
from app.usecases.work_list.tag_cases import tag_cases
from app.usecases.work_list.tags_of_cases import cases_at_once
from tests.builders import services_at, store_image


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    services = services_at(tmp_path / "data")
    session = Session(services)
    yield session
    session.close()
    services.store.close()


def test_boxes_of_all_tags_change_only_what_was_clicked(qtbot: QtBot, session: Session) -> None:
    services = session.services
    with services.store.writing() as work:
        images = [store_image(work, code=f"P-{number}") for number in range(3)]
        work.commit()
    tag_cases(services, images[:1], added=["rare", "both"])
    tag_cases(services, images[1:2], added=["both"])
    tag_cases(services, images[2:], added=["elsewhere"])
    assign_cases(services, images[:1], "Dr A")
    dialog = TagsDialog(session, CaseSelection(tuple(images[:2])))
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.read):
        dialog.open()
    states = {tag: box.checkState() for tag, box in dialog.box_by_tag.items()}
    assert states == {
        "both": Qt.CheckState.Checked,
        "elsewhere": Qt.CheckState.Unchecked,
        "rare": Qt.CheckState.PartiallyChecked,
    }
    assert dialog.person.currentText() == "(stays as it is)"

    dialog.new_tags.line.setText('a "b"')
    dialog.carry_out()
    assert dialog.new_tags.error == "A tag has no quotation marks."
    dialog.new_tags.line.setText("new, tumour board")
    dialog.box_by_tag["both"].setChecked(False)
    dialog.person.setCurrentText("Dr B")
    with qtbot.waitSignal(dialog.accepted):
        dialog.carry_out()
    with services.store.reading() as work:
        first, second, other = work.cases.cases(images)
    assert (first.tags, first.assigned_to) == (("rare", "new", "tumour board"), "Dr B")
    assert (second.tags, second.assigned_to) == (("new", "tumour board"), "Dr B")
    assert (other.tags, other.assigned_to) == (("elsewhere",), "")


def test_more_cases_than_can_be_changed_at_once_are_refused_in_a_sentence(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = session.services
    with services.store.writing() as work:
        for number in range(2):
            store_image(work, code=f"P-{number}")
        work.commit()
    assert len(cases_at_once(services, CaseSelection(search="p-"))) == 2
    monkeypatch.setattr("app.usecases.work_list.tags_of_cases.MOST_AT_ONCE", 1)
    with pytest.raises(InvalidFieldError, match="2 cases are selected, and at most 1 can"):
        cases_at_once(services, CaseSelection(search="p-"))
