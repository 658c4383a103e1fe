from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.case import Case
from app.domain.ids import ImageId
from app.ui.cases.analysis_queue import AnalysisQueue
from app.ui.cases.who_is_who import WhoIsWhoDialog
from app.ui.session import Session
from app.ui.shell.main_window import MainWindow
from app.ui.widgets.progress_foot import ProgressFoot
from app.usecases.cases.import_images import import_images
from app.usecases.patients.list_identity_questions import list_identity_questions
from app.usecases.services import Services
from tests.builders import predict_again, result_of
from tests.fakes import FakeToken

CASES = Path(__file__).resolve().parents[3] / "golden" / "cases" / "01-same-id-two-persons"


def _take(services: Services) -> list[str]:
    return list(result_of(import_images(services, [CASES], token=FakeToken())).imported)


def _cases(services: Services, image_ids: list[str]) -> list[Case]:
    with services.store.reading() as work:
        return [work.cases.case(image_id) for image_id in image_ids]


def _texts(dialog: QDialog, role: str) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.property("role") == role]


@pytest.fixture
def dialog(qtbot: QtBot, session: Session) -> WhoIsWhoDialog:
    dialog = WhoIsWhoDialog(session)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_both_persons_stand_side_by_side_with_what_contradicts_marked(qtbot: QtBot, session: Session) -> None:
    _take(session.services)
    dialog = WhoIsWhoDialog(session)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: dialog.chosen is not None)
    assert _texts(dialog, "warning") == ["female", "male", "1950-01-01", "1990-01-01", "74", "34"]
    headings = _texts(dialog, "heading")
    assert "Stored person" in headings
    assert "Person of the file" in headings
    assert [text for text in headings if "\N{NOT EQUAL TO}" in text] == [
        "\N{NOT EQUAL TO} Sex",
        "\N{NOT EQUAL TO} Born",
        "\N{NOT EQUAL TO} Age at visits",
    ]
    assert not dialog.isModal()


def test_without_a_question_there_is_nothing_to_answer(qtbot: QtBot, dialog: WhoIsWhoDialog) -> None:
    qtbot.waitUntil(lambda: "no question" in " ".join(_texts(dialog, "heading")))
    assert not dialog.same.isEnabled()
    assert not dialog.apart.isEnabled()


def test_a_yes_joins_and_scores_again(qtbot: QtBot, session: Session, dialog: WhoIsWhoDialog) -> None:
    image_ids = _take(session.services)
    foot = ProgressFoot()
    qtbot.addWidget(foot)
    queue = AnalysisQueue(session, foot)
    predict_again(session.services, image_ids[1])
    dialog._read()
    qtbot.waitUntil(dialog.same.isEnabled)
    dialog.same.click()
    qtbot.waitUntil(lambda: len(_cases(session.services, image_ids)[1].scores) == 2)
    first, second = _cases(session.services, image_ids)
    assert first.patient == second.patient
    assert first.patient.sex == "female"
    qtbot.waitUntil(lambda: dialog.chosen is None)
    assert list_identity_questions(session.services) == ()
    qtbot.waitUntil(lambda: not queue.is_waiting(ImageId(image_ids[1])))


def test_a_no_keeps_them_apart_for_good(qtbot: QtBot, session: Session, dialog: WhoIsWhoDialog) -> None:
    image_ids = _take(session.services)
    dialog._read()
    qtbot.waitUntil(dialog.apart.isEnabled)
    dialog.apart.click()
    qtbot.waitUntil(lambda: list_identity_questions(session.services) == ())
    first, second = _cases(session.services, image_ids)
    assert first.patient.id != second.patient.id


def test_return_decides_nothing(qtbot: QtBot, session: Session, dialog: WhoIsWhoDialog) -> None:
    _take(session.services)
    dialog._read()
    qtbot.waitUntil(dialog.same.isEnabled)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.isHidden()
    assert len(list_identity_questions(session.services)) == 1


def test_an_import_asks_beside_the_window_and_the_next_start_reminds(
    qtbot: QtBot, open_window: Callable[..., MainWindow]
) -> None:
    window = open_window()
    window.controller.import_paths([CASES])
    qtbot.waitUntil(lambda: window.findChild(WhoIsWhoDialog) is not None, timeout=20_000)
    dialog = window.findChild(WhoIsWhoDialog)
    qtbot.waitUntil(dialog.same.isEnabled)
    assert window.isEnabled()
    assert not dialog.isModal()
    qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=20_000)
    dialog.reject()
    later = open_window(window.session.services)
    qtbot.waitUntil(lambda: "1 question is open" in later.notice_bar.text)
    button = next(one for one in later.notice_bar.findChildren(QPushButton) if one.text() == "Look at them")
    button.click()
    qtbot.waitUntil(lambda: later.findChild(WhoIsWhoDialog) is not None)


def test_the_questions_can_be_called_from_the_menu(open_window: Callable[..., MainWindow]) -> None:
    window = open_window()
    action = next(one for one in window.actions() if one.shortcut() == QKeySequence("Ctrl+Shift+I"))
    action.trigger()
    assert window.findChild(WhoIsWhoDialog) is not None
