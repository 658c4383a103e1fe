"""Keys and clicks never act on another patient than the one on the screen; nothing entered is lost silently.

Keys are sent to the window as the system does, so that shortcuts, focus and held keys are the real ones.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.domain.analysis.triage import Band
from app.domain.ids import ImageId
from app.ui.shell.actions import shortcut_groups
from app.ui.shell.main_window import MainWindow
from app.ui.widgets.field import Field
from app.ui.widgets.form_entry import FormEntry
from app.usecases.cases.list_cases import list_cases
from app.usecases.cases.set_decision import set_decision
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.patients.edit_visit import edit_visit
from app.usecases.services import Services
from tests.builders import an_image_file
from tests.stories.hands import CONTROL, NOTHING, SHIFT, brush, opened, press, type_words, words_on
from tests.stories.workplace import WAIT_MS, Workplace

WORDS = ("nevus", "melanoma", "KLOPFEN", "[]1 h", "bV")


def lit_rows(window: MainWindow) -> list[int]:
    selected = window.controller.work_list.view.selectionModel().selectedIndexes()
    return sorted({index.row() for index in selected})


def row_of(window: MainWindow, image_id: ImageId | None) -> int | None:
    return None if image_id is None else window.controller.work_list.model.row_of(image_id)


def entry(window: MainWindow, card: str, name: str) -> FormEntry:
    found = getattr(window.controller.panels.patient, card).field_by_name[name]
    assert isinstance(found, FormEntry)
    return found


def enter(window: MainWindow, field: Field, text: str) -> None:
    """Type over the text of a field and press Enter."""
    window.controller.panels.turn_to("Patient")
    line = field.editor
    assert isinstance(line, QLineEdit)
    line.setFocus()
    line.selectAll()
    type_words(window, text)
    press(window, Qt.Key.Key_Return)


def code_of(services: Services, image_id: ImageId) -> str:
    with services.store.reading() as work:
        return work.cases.case(image_id).patient.code


def test_typing_a_diagnosis_opens_no_other_patient(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[1])
    window.controller.panels.turn_to("Decision")
    box = window.controller.panels.decision.field_by_name["diagnosis"].editor
    box.setFocus()
    tool = window.controller.canvas.tools.tool.name
    type_words(window, "nevus")
    workplace.settle(window)
    assert window.controller.review.image_id == four_cases[1]
    assert window.controller.canvas.tools.tool.name == tool
    assert QApplication.focusWidget() is box
    assert window.controller.panels.decision.draft.diagnosis == "Nevus"


def places_to_type(window: MainWindow) -> Iterator[QWidget]:
    """Every widget of every page that can have the focus, but the image."""
    kinds = (
        QLineEdit,
        QPlainTextEdit,
        QComboBox,
        QAbstractSpinBox,
        QAbstractItemView,
        QSlider,
        QTabBar,
        QPushButton,
    )
    for page in ("Score", "Measures", "Patient", "Decision", "History"):
        window.controller.panels.turn_to(page)
        QApplication.processEvents()
        for widget in window.findChildren(QWidget):
            can_type = isinstance(widget, kinds) and widget.isVisible() and widget.isEnabled()
            if can_type and widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                yield widget


def test_words_typed_anywhere_but_on_the_image_leave_patient_selection_and_tool_alone(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[2])
    search, tool = window.controller.work_list.search, window.controller.canvas.tools.tool.name
    mask_version = window.controller.canvas.editor.mask_version()
    seen = 0
    for number, widget in enumerate(places_to_type(window)):
        widget.setFocus()
        if not widget.hasFocus():
            continue
        seen += 1
        # A space on a button is a click on it, and does what the button says.
        word = WORDS[number % len(WORDS)]
        type_words(window, word.replace(" ", "") if isinstance(widget, QPushButton) else word)
        if widget is search:
            search.clear()
            qtbot.waitUntil(lambda: window.controller.work_list.model.total == 4, timeout=WAIT_MS)
        workplace.settle(window)
        said = f"after typing into {type(widget).__name__} “{widget.accessibleName()}”"
        assert window.controller.review.image_id == four_cases[2], said
        assert lit_rows(window) == [row_of(window, four_cases[2])], said
        assert (window.controller.canvas.tools.tool.name, window.controller.canvas.editor.mask_version()) == (
            tool,
            mask_version,
        ), said
    assert seen > 20


def test_the_image_has_the_focus_after_the_start_so_the_keys_of_the_tools_work(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot)
    assert QApplication.focusWidget() is window.controller.canvas.view
    press(window, Qt.Key.Key_L)
    assert window.controller.canvas.tools.tool.name == "lasso"
    assert window.controller.work_list.search.text() == ""


@pytest.mark.parametrize(
    "show",
    [
        lambda window: window.controller.dialogs.show_shortcuts(shortcut_groups()),
        lambda window: window.controller.dialogs.show_settings(),
        lambda window: window.controller.show_export(),
        lambda window: window.controller.show_removed(),
        lambda window: window.controller.dialogs.show_about(),
    ],
)
def test_the_image_has_the_focus_after_a_dialog(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId], show: Callable[[MainWindow], None]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    window.controller.work_list.search.setFocus()
    show(window)
    dialog = next(
        one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()
    )
    workplace.settle(window)
    dialog.reject()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.controller.canvas.view, timeout=WAIT_MS)


def test_next_and_previous_light_one_row_which_is_the_open_case(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    for key, place in (
        (Qt.Key.Key_Down, 1),
        (Qt.Key.Key_Down, 2),
        (Qt.Key.Key_Down, 3),
        (Qt.Key.Key_Down, 3),
        (Qt.Key.Key_Up, 2),
        (Qt.Key.Key_Up, 1),
    ):
        press(window, key, CONTROL)
        workplace.settle(window)
        assert window.controller.review.image_id == four_cases[place]
        assert lit_rows(window) == [place]
    assert window.controller.work_list.selected_images() == [four_cases[1]]


def click_row(window: MainWindow, row: int, keys_held: Qt.KeyboardModifier = NOTHING) -> None:
    view = window.controller.work_list.view
    place = view.visualRect(window.controller.work_list.model.index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys_held, place)
    QApplication.processEvents()


def test_the_open_case_is_lit_whatever_is_clicked(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    click_row(window, 2, CONTROL)
    workplace.settle(window)
    assert window.controller.review.image_id == four_cases[2]
    assert lit_rows(window) == [0, 2]
    click_row(window, 0, CONTROL)
    workplace.settle(window)
    assert (window.controller.review.image_id, lit_rows(window)) == (four_cases[2], [2])
    click_row(window, 2, CONTROL)
    workplace.settle(window)
    assert (window.controller.review.image_id, lit_rows(window)) == (four_cases[2], [2])
    view = window.controller.work_list.view
    below = QPoint(20, view.viewport().height() - 3)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, NOTHING, below)
    assert lit_rows(window) == [2]


def test_selected_cases_stay_selected_when_the_order_changes(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    click_row(window, 1, CONTROL)
    workplace.settle(window)
    order = window.controller.work_list.order
    order.setCurrentIndex(order.findText("Newest first"))
    order.chosen.emit()
    workplace.settle(window)
    assert set(window.controller.work_list.selected_images()) == set(four_cases[:2])
    assert window.controller.review.image_id == four_cases[1]


def test_only_undecided_cases_are_shown_and_a_filter_opens_no_other_case(
    workplace: Workplace, qtbot: QtBot, prepared: Services, four_cases: list[ImageId]
) -> None:
    set_decision(
        prepared,
        four_cases[1],
        diagnosis="Nevus",
        diagnosis_confirm_type=None,
        management=None,
        comment="",
    )
    window = opened(workplace, qtbot, four_cases[1])
    work_list = window.controller.work_list
    work_list.shown.setFocus()
    press(window, Qt.Key.Key_Down)
    assert work_list.shown.currentText() == "Not decided"
    qtbot.waitUntil(lambda: work_list.model.total == 3, timeout=WAIT_MS)
    workplace.settle(window)
    assert window.controller.review.image_id == four_cases[1]
    press(window, Qt.Key.Key_Down, CONTROL)
    workplace.settle(window)
    assert window.controller.review.image_id in {four_cases[0], four_cases[2], four_cases[3]}
    work_list.search.setText("nobody is called so")
    qtbot.waitUntil(lambda: work_list.model.total == 0, timeout=WAIT_MS)
    assert "No case under “Not decided” matches the search." in words_on(work_list)
    assert work_list.shown.isVisible()
    work_list.search.clear()
    work_list.shown.setFocus()
    press(window, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: work_list.model.total == 4, timeout=WAIT_MS)


def test_lines_that_move_open_no_other_case(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[1])
    code = code_of(window.session.services, four_cases[3])
    window.controller.work_list.search.setText(code)
    qtbot.waitUntil(lambda: window.controller.work_list.model.total == 1, timeout=WAIT_MS)
    workplace.settle(window)
    assert window.controller.review.image_id == four_cases[1]
    assert lit_rows(window) == []
    window.controller.work_list.search.clear()
    qtbot.waitUntil(lambda: window.controller.work_list.model.total == 4, timeout=WAIT_MS)
    workplace.settle(window)
    assert lit_rows(window) == [1]


def test_an_import_leaves_the_open_case_open_and_offers_the_new_one(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId], tmp_path: Path
) -> None:
    window = opened(workplace, qtbot, four_cases[1])
    window.controller.import_paths([an_image_file(tmp_path, "new.png", seed=9)])
    qtbot.waitUntil(lambda: window.controller.work_list.model.total == 5, timeout=WAIT_MS)
    workplace.settle(window)
    assert window.controller.review.image_id == four_cases[1]
    assert lit_rows(window) == [row_of(window, four_cases[1])]
    button = next(
        one for one in window.notice_bar.findChildren(QPushButton) if one.text() == "Open the first one"
    )
    button.click()
    workplace.settle(window)
    assert window.controller.review.image_id not in four_cases


def test_a_refused_number_stays_refused_however_often_it_is_typed(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[1])
    mine, taken = (code_of(window.session.services, four_cases[place]) for place in (1, 0))
    field = entry(window, "patient", "code")
    for _time in range(3):
        enter(window, field, taken)
        workplace.settle(window)
        assert field.raw == taken
        assert "already there" in field.error
        assert field.remedy_button.isVisible()
        assert code_of(window.session.services, four_cases[1]) == mine
    enter(window, field, mine)
    workplace.settle(window)
    assert field.error == ""
    assert not field.remedy_button.isVisible()


def test_another_field_is_stored_beside_a_refused_one(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[1])
    mine, taken = (code_of(window.session.services, four_cases[place]) for place in (1, 0))
    field = entry(window, "patient", "code")
    enter(window, field, taken)
    enter(window, entry(window, "patient", "name"), "Anna")
    workplace.settle(window)
    patient = workplace.case(window).patient
    assert (patient.code, patient.name) == (mine, "Anna")
    assert (field.raw, "already there" in field.error) == (taken, True)


def test_the_remedy_beside_a_refused_number_assigns_the_lesion(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[1])
    taken = code_of(window.session.services, four_cases[0])
    field = entry(window, "patient", "code")
    enter(window, field, taken)
    workplace.settle(window)
    qtbot.mouseClick(field.remedy_button, Qt.MouseButton.LeftButton)
    workplace.settle(window)
    assert workplace.case(window).patient.code == taken
    assert (field.raw, field.error) == (taken, "")


@pytest.mark.parametrize(
    ("card", "name", "typed"),
    [
        ("patient", "birth_year", "abc"),
        ("patient", "birth_year", "3000"),
        ("lesion", "clin_size_long_diam_mm", "9999 mm"),
        ("visit", "age_years", "200"),
    ],
)
def test_an_invalid_value_waits_for_its_case_and_is_announced(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId], card: str, name: str, typed: str
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    field = entry(window, card, name)
    enter(window, field, typed)
    sentence = field.error
    assert sentence
    press(window, Qt.Key.Key_Down, CONTROL)
    workplace.settle(window)
    assert window.controller.review.image_id == four_cases[1]
    assert (field.raw, field.error) == ("", "")
    assert field.label in window.notice_bar.text
    back = next(one for one in window.notice_bar.findChildren(QPushButton) if one.text() == "Go back")
    back.click()
    workplace.settle(window)
    assert window.controller.review.image_id == four_cases[0]
    assert (field.raw, field.error) == (typed, sentence)


def test_what_is_typed_without_enter_is_stored_when_the_case_is_left(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    window.controller.panels.turn_to("Patient")
    entry(window, "patient", "birth_year").editor.setFocus()
    type_words(window, "1961")
    press(window, Qt.Key.Key_Down, CONTROL)
    workplace.settle(window)
    with window.session.services.store.reading() as work:
        left, shown = work.cases.case(four_cases[0]), work.cases.case(four_cases[1])
    assert (left.patient.birth_year, shown.patient.birth_year) == (1961, None)
    assert len(left.scores) == 2
    assert len(shown.scores) == 1


def test_a_number_refused_after_its_case_was_left_never_marks_the_next_patient(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[1])
    taken = code_of(window.session.services, four_cases[0])
    field = entry(window, "patient", "code")
    window.controller.panels.turn_to("Patient")
    line = field.editor
    assert isinstance(line, QLineEdit)
    line.setFocus()
    line.selectAll()
    type_words(window, taken)
    press(window, Qt.Key.Key_Down, CONTROL)
    workplace.settle(window)
    assert window.controller.review.image_id == four_cases[2]
    assert field.error == ""
    assert "Patient number" in window.notice_bar.text
    window.controller.work_list.choose(four_cases[1])
    workplace.settle(window)
    assert field.raw == taken
    assert "already there" in field.error


def test_age_and_year_of_birth_are_refused_at_the_side_that_was_changed(
    workplace: Workplace, qtbot: QtBot, prepared: Services, four_cases: list[ImageId]
) -> None:
    with prepared.store.reading() as work:
        case = work.cases.case(four_cases[0])
    edit_visit(prepared, case.visit, replace(case.visit, age_years=40))
    window = opened(workplace, qtbot, four_cases[0])
    year, age = entry(window, "patient", "birth_year"), entry(window, "visit", "age_years")
    enter(window, year, "1950")
    workplace.settle(window)
    assert (year.raw, age.error) == ("1950", "")
    assert "was not 40 years old" in year.error
    right = str(case.visit.visited_on.year - 40)
    enter(window, year, right)
    workplace.settle(window)
    assert year.error == ""
    enter(window, age, "20")
    workplace.settle(window)
    assert "was not 20 years old" in age.error
    assert year.error == ""
    stored = workplace.case(window)
    assert (stored.patient.birth_year, stored.visit.age_years) == (int(right), 40)


def test_a_lesion_is_not_assigned_against_its_age_which_is_said_at_the_age(
    workplace: Workplace, qtbot: QtBot, prepared: Services, four_cases: list[ImageId]
) -> None:
    with prepared.store.reading() as work:
        other, mine = (work.cases.case(four_cases[place]) for place in (0, 1))
    edit_patient(prepared, other.patient, replace(other.patient, birth_year=1950))
    edit_visit(prepared, mine.visit, replace(mine.visit, age_years=20))
    window = opened(workplace, qtbot, four_cases[1])
    field = entry(window, "patient", "code")
    enter(window, field, other.patient.code)
    workplace.settle(window)
    qtbot.mouseClick(field.remedy_button, Qt.MouseButton.LeftButton)
    workplace.settle(window)
    age = entry(window, "visit", "age_years")
    assert "born in 1950 was not 20 years old" in age.error
    assert workplace.case(window).patient.id == mine.patient.id
    assert workplace.case(window).visit.age_years == 20


def test_site_and_special_site_are_refused_at_the_side_that_was_changed(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    site, special = entry(window, "lesion", "site"), entry(window, "lesion", "site_special")
    for field, value in ((special, "toenail"), (site, "head/neck")):
        field.put(value)
        field.editor.chosen.emit()  # type: ignore[attr-defined]
        workplace.settle(window)
    assert "does not go with" in site.error
    assert (site.raw, special.error) == ("head/neck", "")
    lesion = workplace.case(window).lesion
    assert (lesion.site, lesion.site_special) == (None, "toenail")


def test_after_an_undo_the_status_line_says_that_the_boundary_is_as_stored(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    brush(window)
    qtbot.waitUntil(lambda: "Every stroke is kept" in window.status_line.saved.text(), timeout=WAIT_MS)
    press(window, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(
        lambda: window.status_line.saved.text() == "The boundary is as it is stored", timeout=WAIT_MS
    )
    press(window, Qt.Key.Key_Z, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: "Every stroke is kept" in window.status_line.saved.text(), timeout=WAIT_MS)


def decide(window: MainWindow, comment: str) -> None:
    window.controller.panels.turn_to("Decision")
    box = window.controller.panels.decision.field_by_name["comment"].editor
    box.setFocus()
    type_words(window, comment)


def test_a_decided_case_keeps_its_place_until_another_is_opened(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[1])
    decide(window, "seen")
    window.controller.panels.decision.record()
    workplace.settle(window)
    line = window.controller.work_list.model.known_line(1)
    assert line is not None
    assert (line.image_id, line.status) == (four_cases[1], "decided")
    assert lit_rows(window) == [1]
    press(window, Qt.Key.Key_Down, CONTROL)
    workplace.settle(window)
    assert window.controller.review.image_id == four_cases[2]
    assert row_of(window, four_cases[1]) == 3
    assert lit_rows(window) == [1]


def test_imported_cases_stand_in_order_as_soon_as_they_are_scored(
    workplace: Workplace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = workplace.open()
    work_list = window.controller.work_list
    seed_by_name = {"a.png": 3, "b.png": 2, "c.png": 1}
    files = [an_image_file(tmp_path, name, seed=seed) for name, seed in seed_by_name.items()]
    window.controller.import_paths(files)
    qtbot.waitUntil(lambda: work_list.model.total == 3, timeout=WAIT_MS)
    workplace.settle(window)
    shown = [work_list.model.known_line(row) for row in range(3)]
    in_order = list_cases(window.session.services).lines
    assert shown == list(in_order)
    first_read = next(line for line in in_order if line.file_name == "a.png")
    assert first_read != in_order[0]
    assert window.controller.review.image_id == first_read.image_id


def test_one_key_records_a_decision_and_opens_the_next_undecided_case(
    workplace: Workplace, qtbot: QtBot, prepared: Services, four_cases: list[ImageId]
) -> None:
    set_decision(prepared, four_cases[2], comment="earlier")
    window = opened(workplace, qtbot, four_cases[1])
    decide(window, "seen")
    press(window, Qt.Key.Key_Return, CONTROL | SHIFT)
    workplace.settle(window)
    with window.session.services.store.reading() as work:
        assert [one.comment for one in work.cases.case(four_cases[1]).decisions] == ["seen"]
    assert window.controller.review.image_id == four_cases[3]
    press(window, Qt.Key.Key_Return, CONTROL | SHIFT)
    workplace.settle(window)
    assert window.controller.review.image_id == four_cases[0]
    assert workplace.case(window).decisions == ()
    with window.session.services.store.reading() as work:
        assert work.cases.case(four_cases[3]).decisions == ()


def test_a_decision_that_is_refused_keeps_its_case_open(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[1])
    field = window.controller.panels.decision.field_by_name["diagnosis_confirm_type"]
    field.editor.setCurrentIndex(1)  # type: ignore[attr-defined]
    press(window, Qt.Key.Key_Return, CONTROL | SHIFT)
    workplace.settle(window)
    assert window.controller.review.image_id == four_cases[1]
    assert "together with the diagnosis" in field.error


def test_a_stroke_never_lowers_a_band_until_a_person_accepts_it(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    view = window.controller.review.view
    assert view is not None
    assert view.priority is not None
    band = view.priority.band
    brush(window, from_xy=(26.0, 28.0), to_xy=(26.0, 68.0), diameter_px=40)
    qtbot.waitUntil(
        lambda: (
            window.controller.review.view is not None and window.controller.review.view.preview is not None
        ),
        timeout=WAIT_MS,
    )
    panel = window.controller.panels.score
    held = "Would be Soon with this boundary; stays Urgent until a person accepts that."
    assert held in words_on(panel)
    buttons = {one.text(): one for one in panel.findChildren(QPushButton) if one.isVisibleTo(panel)}
    assert not any(text.startswith("Accept") for text in buttons)
    window.controller.correction.save()
    # The score of what was saved follows a moment later.
    qtbot.waitUntil(
        lambda: any(
            one.isVisibleTo(panel) and "Accept" in one.text() for one in panel.findChildren(QPushButton)
        ),
        timeout=WAIT_MS,
    )
    workplace.settle(window)
    assert held in words_on(panel)
    line = list_cases(window.session.services).lines[0]
    assert line.image_id == four_cases[0]
    assert line.priority is not None
    assert (line.priority.band, line.priority.warnings) == (band, ())
    assert "at or above the urgent threshold" in line.priority.reasons[0]
    accept = next(
        one for one in panel.findChildren(QPushButton) if one.isVisibleTo(panel) and "Accept" in one.text()
    )
    assert accept.text() == "Accept “Soon”"
    accept.click()
    workplace.settle(window)
    assert "Would be" not in words_on(panel)
    case = workplace.case(window)
    assert case.priority is not None
    assert case.priority.band is Band.SOON
    assert list_cases(window.session.services).lines[-1].image_id == four_cases[0]
    assert "Lower band accepted" in words_on(window.controller.panels.history)


def test_the_window_does_not_close_over_an_entry_that_could_not_be_stored(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    enter(window, entry(window, "patient", "birth_year"), "abc")
    press(window, Qt.Key.Key_Down, CONTROL)
    workplace.settle(window)
    window.close()
    assert window.isVisible()
    button = next(
        one for one in window.notice_bar.findChildren(QPushButton) if one.text() == "Quit without it"
    )
    button.click()
    assert not window.isVisible()


def test_leaving_an_entry_behind_is_asked_about_again_when_something_else_kept_the_window_open(
    workplace: Workplace, qtbot: QtBot, four_cases: list[ImageId]
) -> None:
    window = opened(workplace, qtbot, four_cases[0])
    enter(window, entry(window, "patient", "birth_year"), "abc")
    brush(window, diameter_px=400, tool="eraser")
    window.close()
    assert "its field is red" in window.notice_bar.text
    buttons = window.notice_bar.findChildren(QPushButton)
    next(one for one in buttons if one.text() == "Quit without it").click()
    workplace.settle(window)
    assert window.isVisible()
    assert "marks nothing" in window.notice_bar.text
    window.close()
    workplace.settle(window)
    assert window.isVisible()
    assert "its field is red" in window.notice_bar.text
