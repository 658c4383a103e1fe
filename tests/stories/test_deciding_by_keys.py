"""A whole decision in three keys after J, without a hand on the mouse."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from tests.stories.hands import opened, press, type_words
from tests.stories.workplace import WAIT_MS, Workplace


def test_a_digit_a_letter_and_return_decide_a_case_and_open_the_next(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    controller = window.controller
    controller._preferences.change(favourite_diagnoses=["Verruca", "Scar"])
    first, view, panel = controller.review.image_id, controller.canvas.view, controller.panels.decision
    controller.focus_image()
    press(window, Qt.Key.Key_J)
    assert panel.keys.isVisible()
    for key in (Qt.Key.Key_2, Qt.Key.Key_E):
        press(window, key)
    assert (panel.draft.diagnosis, panel.draft.management) == ("Scar", "excise")
    press(window, Qt.Key.Key_Backspace)
    assert (panel.draft.diagnosis, panel.draft.management) == (None, None)
    # A diagnosis that is no favourite is searched for; the keys go on where they were.
    press(window, Qt.Key.Key_Slash)
    QApplication.processEvents()
    type_words(window, "cell car")
    press(window, Qt.Key.Key_Return)
    assert panel.draft.diagnosis == "Basal cell carcinoma"
    press(window, Qt.Key.Key_U)
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: controller.review.image_id not in (first, None), timeout=WAIT_MS)
    assert not panel.keys.isVisible()
    assert QApplication.focusWidget() in (view, None)
    with controller._session.services.store.reading() as work:
        (decision,) = work.cases.case(first).decisions
    assert (decision.diagnosis, decision.management) == ("Basal cell carcinoma", "refer urgently")
    # Escape gives the keyboard back and records nothing.
    press(window, Qt.Key.Key_J)
    press(window, Qt.Key.Key_1)
    press(window, Qt.Key.Key_Escape)
    assert not panel.keys.isVisible()
    assert panel.draft.diagnosis == "Verruca"
    with controller._session.services.store.reading() as work:
        assert [bool(work.cases.case(image_id).decisions) for image_id in four_cases].count(True) == 1
    # What is typed into the comment after a search is the comment, and chooses nothing.
    press(window, Qt.Key.Key_J)
    press(window, Qt.Key.Key_Slash)
    type_words(window, "MM")
    completer = panel._diagnosis.completer()
    assert completer is not None
    completer.popup().hide()  # as a click beside it does
    panel._comment.setFocus(Qt.FocusReason.MouseFocusReason)
    QApplication.processEvents()
    type_words(window, "now")
    assert (panel.draft.comment, panel.draft.management) == ("now", None)
