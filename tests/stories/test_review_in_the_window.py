"""What a clinician does in the window, from the first file to the report; on a real store."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QDate, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDateEdit,
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.domain.errors import StorageError
from app.domain.figures import percent
from app.domain.ids import ImageId
from app.settings import Settings, read_settings
from app.ui.cases.masks_dialog import MasksDialog
from app.ui.jobs.worker_queues import QueueName
from app.ui.shell.main_window import MainWindow
from app.ui.workbench.scale_dialog import ScaleDialog
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.patients.edit_lesion import assign_lesion
from app.usecases.patients.edit_patient import edit_patient
from tests.builders import a_case, an_image_file, services_at
from tests.fakes import FakePredictor
from tests.stories.workplace import WAIT_MS, Workplace


def words_on(widget: QWidget) -> str:
    QApplication.processEvents()
    labels = widget.findChildren(QLabel)
    return "\n".join(label.text() for label in labels if label.isVisibleTo(widget) and label.text())


def another_case(workplace: Workplace, window: MainWindow, qtbot: QtBot, folder: Path) -> ImageId:
    """Import a second image beside the open case, which stays open."""
    open_image = window.controller.review.image_id
    window.controller.import_paths([an_image_file(folder, "second.png", seed=2)])
    qtbot.waitUntil(lambda: window.controller.work_list.model.total == 2, timeout=WAIT_MS)
    workplace.settle(window)
    assert window.controller.review.image_id == open_image
    lines = (window.controller.work_list.model.known_line(row) for row in range(2))
    return next(line.image_id for line in lines if line is not None and line.image_id != open_image)


def dialog_titled(title: str) -> QDialog | None:
    found = (one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible())
    return next((one for one in found if one.windowTitle() == title), None)


def brush(window: MainWindow, qtbot: QtBot, *, diameter_px: int = 30) -> None:
    """Paint a stroke beside the lesion."""
    canvas = window.controller.canvas
    canvas.tools.set_tool("brush")
    canvas.tools.set_brush_diameter_px(diameter_px)
    points = [canvas.view.placement.view_xy((x, 20.0)) for x in (20.0, 30.0, 40.0)]
    places = [QPoint(round(x), round(y)) for x, y in points]
    QTest.mousePress(canvas.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[0])
    for place in places[1:]:
        QTest.mouseMove(canvas.view, place)
    QTest.mouseRelease(canvas.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, places[-1])


def test_from_a_dropped_file_to_a_report(workplace: Workplace, qtbot: QtBot, tmp_path: Path) -> None:
    window = workplace.open()
    assert window.middle.currentWidget() is window.welcome
    urls = [QUrl.fromLocalFile(str(an_image_file(tmp_path, f"{seed}.png", seed=seed))) for seed in (1, 2)]
    dropped = QMimeData()
    dropped.setUrls(urls)
    nothing = Qt.KeyboardModifier.NoModifier
    window.dropEvent(
        QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, dropped, Qt.MouseButton.LeftButton, nothing)
    )
    qtbot.waitUntil(lambda: window.controller.work_list.model.total == 2, timeout=WAIT_MS)
    workplace.settle(window)
    case = workplace.case(window)
    assert case.status == "predicted"
    assert case.score is not None
    before = percent(case.score.probability)
    assert before in words_on(window.controller.panels.score)

    brush(window, qtbot)
    assert window.controller.correction.is_unsaved
    qtbot.waitUntil(lambda: window.controller.review.view.preview is not None, timeout=WAIT_MS)  # type: ignore[union-attr]
    assert f"Predicted boundary {before}  →  corrected" in words_on(window.controller.panels.score)
    assert workplace.case(window).revisions == ()

    window.actions_of_window.action_by_id["mask.save"].trigger()
    workplace.settle(window)
    case = workplace.case(window)
    assert case.status == "corrected"
    assert case.is_score_current
    window.close()
    assert not window.isVisible()
    workplace.kill(window)

    window = workplace.open()
    window.controller.work_list.choose(case.image.id)
    workplace.settle(window)
    assert window.controller.review.view is not None
    assert window.controller.review.view.case.revisions == case.revisions
    assert "Boundary, revision 1 (in force)" in words_on(window.controller.panels.history)
    window.controller.show_export()
    dialog = dialog_titled("Report and export")
    assert dialog is not None
    dialog.use_folder(tmp_path / "out")  # type: ignore[attr-defined]
    next(one for one in dialog.findChildren(QRadioButton) if one.text().startswith("No:")).click()
    next(one for one in dialog.findChildren(QPushButton) if one.text() == "Write files").click()
    qtbot.waitUntil(lambda: any((tmp_path / "out").glob("*report_pdf*")), timeout=WAIT_MS)
    workplace.settle(window)
    dialog.reject()


def test_work_survives_a_crash_and_can_still_be_undone(
    workplace: Workplace, qtbot: QtBot, one_case: MainWindow
) -> None:
    predicted = one_case.controller.canvas.editor.current_mask()
    brush(one_case, qtbot)
    painted = one_case.controller.canvas.editor.current_mask()
    assert not np.array_equal(predicted, painted)
    workplace.kill(one_case)
    window = workplace.open()
    assert np.array_equal(window.controller.canvas.editor.current_mask(), painted)
    assert window.controller.correction.is_unsaved
    window.controller.canvas.editor.undo_group.undo()
    assert np.array_equal(window.controller.canvas.editor.current_mask(), predicted)


def one_of_two_cases_brushed(
    workplace: Workplace, qtbot: QtBot, tmp_path: Path
) -> tuple[MainWindow, ImageId, ImageId]:
    """The window with the first case open and painted in, that case and the other one."""
    services = services_at(workplace.folder)
    first, second = (a_case(services, tmp_path / "in", seed=seed) for seed in (1, 2))
    services.store.close()
    window = workplace.open()
    window.controller.work_list.choose(first)
    workplace.settle(window)
    brush(window, qtbot)
    return window, first, second


def test_opening_another_case_stores_the_correction(
    workplace: Workplace, qtbot: QtBot, tmp_path: Path
) -> None:
    window, first, second = one_of_two_cases_brushed(workplace, qtbot, tmp_path)
    window.controller.work_list.choose(second)
    qtbot.waitUntil(lambda: window.controller.review.image_id == second, timeout=WAIT_MS)
    workplace.settle(window)
    with window.session.services.store.reading() as work:
        stored = work.cases.case(first)
    assert len(stored.revisions) == 1
    assert stored.is_score_current
    assert not window.controller.correction.is_unsaved


def test_closing_the_window_stores_the_correction(
    workplace: Workplace, qtbot: QtBot, one_case: MainWindow
) -> None:
    brush(one_case, qtbot)
    one_case.close()
    qtbot.waitUntil(lambda: not one_case.isVisible(), timeout=WAIT_MS)
    assert len(workplace.case(one_case).revisions) == 1


def test_a_correction_that_cannot_be_stored_keeps_the_window_open(
    workplace: Workplace, qtbot: QtBot, one_case: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    brush(one_case, qtbot)

    def full_disk(_content: bytes) -> str:
        raise StorageError("The disk is full; free some space and save again.")

    with monkeypatch.context() as patch:
        patch.setattr(one_case.session.services.store.blobs, "put", full_disk)
        one_case.close()
        qtbot.waitUntil(lambda: "is not saved as a revision" in one_case.notice_bar.text, timeout=WAIT_MS)
        assert one_case.isVisible()
        assert one_case.controller.correction.is_unsaved
    one_case.controller.correction.save()
    workplace.settle(one_case)
    assert len(workplace.case(one_case).revisions) == 1


def test_an_earlier_boundary_comes_back_as_a_new_revision(
    workplace: Workplace, qtbot: QtBot, one_case: MainWindow
) -> None:
    predicted = one_case.controller.canvas.editor.current_mask()
    brush(one_case, qtbot)
    one_case.controller.correction.save()
    workplace.settle(one_case)
    boundary = workplace.case(one_case).boundary
    assert boundary is not None
    one_case.controller.review.revert_to(str(boundary.id))
    workplace.settle(one_case)
    assert [revision.reason for revision in workplace.case(one_case).revisions] == [
        "corrected",
        "reset to prediction",
    ]
    assert np.array_equal(one_case.controller.canvas.editor.current_mask(), predicted)


def test_files_that_cannot_be_used_are_listed_and_the_others_go_through(
    workplace: Workplace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = workplace.open()
    folder = tmp_path / "mixed"
    an_image_file(folder, "good.png")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "letter.png").write_text("Dear colleague", encoding="utf-8")
    window.controller.import_paths([folder])
    qtbot.waitUntil(lambda: dialog_titled("Import") is not None, timeout=WAIT_MS)
    dialog = dialog_titled("Import")
    assert dialog is not None
    assert "1 image imported; 2 files were refused." in words_on(dialog)
    dialog.reject()
    workplace.settle(window)
    assert window.controller.work_list.model.total == 1


def test_damaged_images_are_taken_by_choice_and_no_score_is_offered(
    workplace: Workplace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = workplace.open()
    folder = tmp_path / "card"
    cut = an_image_file(folder, "cut.jpg")
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    (folder / "empty.jpg").write_bytes(b"")
    window.controller.import_paths([folder])
    qtbot.waitUntil(lambda: dialog_titled("Import") is not None, timeout=WAIT_MS)
    dialog = dialog_titled("Import")
    assert dialog is not None
    assert "2 files were refused." in words_on(dialog)
    buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
    buttons["Take damaged images without a score"].click()
    qtbot.waitUntil(lambda: window.controller.work_list.model.total == 1, timeout=WAIT_MS)
    workplace.settle(window)
    (dialog,) = (one for one in [dialog_titled("Import")] if one is not None)
    assert "1 image imported; 1 to be checked." in words_on(dialog)
    dialog.reject()
    qtbot.waitUntil(lambda: workplace.case(window).boundary is not None, timeout=WAIT_MS)
    workplace.settle(window)
    window.controller.panels.turn_to("Score")
    panel = window.controller.panels.score
    assert "No score. Damaged file" in words_on(panel)
    offered = [one.text() for one in panel.findChildren(QPushButton) if one.isVisibleTo(panel) and one.text()]
    assert "Score it anyway" not in offered
    assert "Find boundary and score" not in offered
    brush(window, qtbot)
    window.controller.correction.save()
    workplace.settle(window)
    case = workplace.case(window)
    assert (case.is_corrected, case.score) == (True, None)


def test_an_empty_folder_is_said_in_passing_with_a_way_out(
    workplace: Workplace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = workplace.open()
    (tmp_path / "empty").mkdir()
    window.controller.import_paths([tmp_path / "empty"])
    qtbot.waitUntil(lambda: window.notice_bar.text == "There was no image to import.", timeout=WAIT_MS)
    offered = [button.text() for button in window.notice_bar.findChildren(QPushButton) if button.isVisible()]
    assert offered == ["Import another folder…"]
    assert window.notice_bar.property("kind") == "information"


def test_leaving_a_corrected_case_stores_the_correction_and_says_so(
    workplace: Workplace, qtbot: QtBot, one_case: MainWindow, tmp_path: Path
) -> None:
    corrected = one_case.controller.review.image_id
    assert corrected is not None
    other = another_case(workplace, one_case, qtbot, tmp_path)
    brush(one_case, qtbot)
    one_case.controller.work_list.choose(other)
    workplace.settle(one_case)
    assert one_case.controller.review.image_id == other
    assert "The correction of the case you left is saved" in one_case.statusBar().currentMessage()


def test_a_boundary_that_was_corrected_elsewhere_meanwhile_is_said_and_nothing_is_lost(
    workplace: Workplace, qtbot: QtBot, one_case: MainWindow
) -> None:
    for diameter_px in (20, 26):
        brush(one_case, qtbot, diameter_px=diameter_px)
        one_case.controller.correction.save()
        workplace.settle(one_case)
    assert "corrected elsewhere" not in one_case.notice_bar.text
    brush(one_case, qtbot, diameter_px=34)
    other, case = services_at(workplace.folder, user="Dr Other"), workplace.case(one_case)
    correct_mask(
        other, case.image.id, np.ones((case.image.height_px, case.image.width_px), bool), is_meant=True
    )
    other.store.close()
    one_case.controller.correction.save()
    workplace.settle(one_case)
    assert "corrected elsewhere meanwhile" in one_case.notice_bar.text
    case = workplace.case(one_case)
    assert [revision.author for revision in case.revisions] == ["Dr Test", "Dr Test", "Dr Other", "Dr Test"]
    assert "Correction saved at" in one_case.status_line.saved.text()


def test_a_mask_that_is_taken_from_a_file_ends_what_the_status_line_said_of_the_one_before(
    workplace: Workplace, one_case: MainWindow, tmp_path: Path
) -> None:
    case = workplace.case(one_case)
    one_case.controller.correction.confirm()
    workplace.settle(one_case)
    assert "Boundary confirmed at" in one_case.status_line.saved.text()
    mask = np.zeros((case.image.height_px, case.image.width_px), np.uint8)
    mask[20:60, 30:80] = 255
    path = tmp_path / f"{Path(case.image.file_name).stem}_mask.png"
    Image.fromarray(mask).save(path)
    dialog = MasksDialog(one_case.session, "", one_case)
    dialog.look_through([path])
    workplace.settle(one_case)
    dialog.take()
    workplace.settle(one_case)
    assert [one.mask for one in workplace.case(one_case).revisions][-1] != case.mask
    assert one_case.status_line.saved.text() == "The boundary is as it is stored"
    dialog.close()


def test_a_recorded_decision_leaves_the_keys_to_the_shortcuts(
    workplace: Workplace, qtbot: QtBot, one_case: MainWindow
) -> None:
    panels = one_case.controller.panels
    panels.turn_to("Decision")
    panels.decision.field_by_name["comment"].editor.setPlainText("Seen with a colleague")  # type: ignore[attr-defined]
    button = next(one for one in panels.decision.findChildren(QPushButton) if one.text() == "Record decision")
    one_case.activateWindow()
    qtbot.waitUntil(one_case.isActiveWindow, timeout=WAIT_MS)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    workplace.settle(one_case)
    assert not button.isEnabled()
    assert QApplication.focusWidget() is None


def test_what_the_forms_say_is_stored_and_scored(
    workplace: Workplace, qtbot: QtBot, one_case: MainWindow
) -> None:
    lesion = one_case.controller.panels.patient.lesion
    site = lesion.field_by_name["site"].editor
    site.set_value("anterior torso")  # type: ignore[attr-defined]
    site.chosen.emit()  # type: ignore[attr-defined]
    workplace.settle(one_case)
    case = workplace.case(one_case)
    assert case.lesion.site == "anterior torso"
    assert len(case.scores) == 2
    assert "anatom_site_general" not in case.scores[-1].missing_inputs


def two_images_of_one_patient(workplace: Workplace, folder: Path) -> tuple[ImageId, ImageId]:
    services = services_at(workplace.folder)
    first, second = (a_case(services, folder, seed=seed) for seed in (1, 2))
    with services.store.reading() as work:
        code, lesion = work.cases.case(first).patient.code, work.cases.case(second).lesion
    assign_lesion(services, lesion.id, code)
    services.store.close()
    return first, second


def test_a_year_of_birth_is_scored_for_every_image_of_the_patient(
    workplace: Workplace, qtbot: QtBot, tmp_path: Path
) -> None:
    first, second = two_images_of_one_patient(workplace, tmp_path / "in")
    window = workplace.open()
    window.controller.work_list.choose(first)
    workplace.settle(window)
    line = window.controller.panels.patient.patient.field_by_name["birth_year"].editor
    qtbot.keyClicks(line, "1961")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    workplace.settle(window)
    with window.session.services.store.reading() as work:
        for case in work.cases.cases([first, second]):
            assert case.is_score_current
            assert case.score is not None
            assert "age_approx" not in case.score.missing_inputs


def test_an_entry_before_a_crash_is_scored_at_the_next_start(workplace: Workplace, tmp_path: Path) -> None:
    images = two_images_of_one_patient(workplace, tmp_path / "in")
    services = services_at(workplace.folder)
    with services.store.reading() as work:
        patient = work.cases.case(images[0]).patient
    edit_patient(services, patient, replace(patient, sex="female"))
    services.store.close()
    window = workplace.open()
    workplace.settle(window)
    with window.session.services.store.reading() as work:
        for case in work.cases.cases(images):
            assert case.is_score_current
            assert case.score is not None
            assert "sex" not in case.score.missing_inputs


def test_an_age_that_follows_from_the_year_of_birth_is_scored_and_follows_the_date(
    workplace: Workplace, qtbot: QtBot, one_case: MainWindow
) -> None:
    patient, visit = one_case.controller.panels.patient.patient, one_case.controller.panels.patient.visit
    line = patient.field_by_name["birth_year"].editor
    qtbot.keyClicks(line, "1961")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    workplace.settle(one_case)
    first = workplace.case(one_case)
    assert first.score is not None
    assert "age_approx" not in first.score.missing_inputs
    day = visit.field_by_name["visited_on"].editor
    assert isinstance(day, QDateEdit)
    day.setDate(QDate(2020, 5, 4))
    day.editingFinished.emit()
    workplace.settle(one_case)
    second = workplace.case(one_case)
    assert len(second.scores) == len(first.scores) + 1
    assert second.visit.age_years is None
    assert "59, computed from the year of birth." in words_on(visit)


def test_a_scale_is_set_by_drawing_a_known_length(
    workplace: Workplace, qtbot: QtBot, one_case: MainWindow
) -> None:
    one_case.controller.calibrate_with_ruler()
    canvas = one_case.controller.canvas
    start, end = (QPoint(*map(round, canvas.view.placement.view_xy((x, 10.0)))) for x in (10.0, 110.0))
    QTest.mousePress(canvas.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(canvas.view, end)
    QTest.mouseRelease(canvas.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    dialog = dialog_titled("Scale")
    assert isinstance(dialog, ScaleDialog)
    qtbot.keyClick(dialog.length.line, Qt.Key.Key_Return)
    assert dialog.isVisible()
    qtbot.keyClicks(dialog.length.line, "2")
    qtbot.keyClick(dialog.length.line, Qt.Key.Key_Return)
    workplace.settle(one_case)
    calibration = workplace.case(one_case).image.calibration
    assert calibration is not None
    assert calibration.mm_per_px == pytest.approx(0.02, rel=0.02)
    assert calibration.source == "measured on a ruler"
    assert "mm²" in words_on(one_case.controller.panels.measurements)


def test_a_scale_never_goes_to_a_case_that_was_opened_meanwhile(
    workplace: Workplace, qtbot: QtBot, one_case: MainWindow, tmp_path: Path
) -> None:
    first = one_case.controller.review.image_id
    one_case.controller.calibrate_with_ruler()
    one_case.controller.canvas.tools.distance_drawn.emit(100.0)
    dialog = dialog_titled("Scale")
    assert isinstance(dialog, ScaleDialog)
    one_case.controller.work_list.choose(another_case(workplace, one_case, qtbot, tmp_path))
    qtbot.waitUntil(lambda: one_case.controller.review.image_id not in (None, first), timeout=WAIT_MS)
    workplace.settle(one_case)
    qtbot.keyClicks(dialog.length.line, "2")
    qtbot.keyClick(dialog.length.line, Qt.Key.Key_Return)
    assert "no scale was set" in one_case.notice_bar.text
    workplace.settle(one_case)
    assert workplace.case(one_case).image.calibration is None


def test_a_removed_case_can_be_brought_back(workplace: Workplace, qtbot: QtBot, one_case: MainWindow) -> None:
    one_case.controller.remove_case()
    workplace.settle(one_case)
    assert one_case.controller.work_list.model.total == 0
    assert one_case.middle.currentWidget() is one_case.welcome
    button = next(
        one for one in one_case.notice_bar.findChildren(QPushButton) if one.text() == "Bring it back"
    )
    button.click()
    workplace.settle(one_case)
    assert one_case.controller.work_list.model.total == 1
    assert one_case.controller.review.view is not None


def test_searching_leaves_the_open_case_alone(
    workplace: Workplace, qtbot: QtBot, one_case: MainWindow
) -> None:
    open_image = one_case.controller.review.image_id
    one_case.controller.work_list.search.setText("nobody has this name")
    qtbot.waitUntil(lambda: one_case.controller.work_list.model.total == 0, timeout=WAIT_MS)
    assert one_case.controller.review.image_id == open_image
    assert one_case.middle.currentWidget() is one_case.controller.workbench


def test_without_a_model_the_case_opens_and_says_why_there_is_no_score(
    workplace: Workplace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = workplace.open()
    predictor = window.session.services.predictor
    assert isinstance(predictor, FakePredictor)
    predictor.is_segmenter_missing = True
    window.controller.import_paths([an_image_file(tmp_path, "lesion.png")])
    qtbot.waitUntil(lambda: "No model for lesion boundaries" in window.notice_bar.text, timeout=WAIT_MS)
    workplace.settle(window)
    assert window.controller.canvas.view.has_image
    assert "This image has not been scored yet." in words_on(window.controller.panels.score)


def test_the_intended_use_is_shown_until_it_was_read(workplace: Workplace, qtbot: QtBot) -> None:
    workplace.open(settings=Settings())
    dialog = dialog_titled("What Naevus is for")
    assert dialog is not None
    dialog.accept()
    stored, _warnings = read_settings(workplace.places.settings_file)
    assert stored.accepted_intended_use == 1
    workplace.open(settings=stored)
    assert dialog_titled("What Naevus is for") is None


def test_the_first_start_asks_who_signs_and_assumes_nobody(workplace: Workplace, qtbot: QtBot) -> None:
    window = workplace.open(settings=Settings())
    dialog = dialog_titled("What Naevus is for")
    assert dialog is not None
    line = dialog.findChild(QLineEdit)
    assert line is not None
    assert line.text() == ""
    assert "signs corrections and reports" in words_on(dialog)
    qtbot.keyClicks(line, " Dr. Ada Example ")
    dialog.accept()
    assert window.session.user == "Dr. Ada Example"
    stored, _warnings = read_settings(workplace.places.settings_file)
    assert (stored.user_name, stored.accepted_intended_use) == ("Dr. Ada Example", 1)


def test_without_a_name_the_window_says_whose_login_signs(workplace: Workplace, qtbot: QtBot) -> None:
    window = workplace.open(settings=Settings(accepted_intended_use=1))
    assert "signed with the login name “Dr Test”" in window.notice_bar.text
    button = next(one for one in window.notice_bar.findChildren(QPushButton) if "your name" in one.text())
    button.click()
    assert dialog_titled("Settings") is not None


def test_with_a_name_nobody_is_asked(workplace: Workplace, qtbot: QtBot) -> None:
    window = workplace.open(settings=Settings(accepted_intended_use=1, user_name="Dr. Ada Example"))
    assert "signed" not in window.notice_bar.text
    again = workplace.open(settings=Settings(user_name="Dr. Ada Example"))
    dialog = dialog_titled("What Naevus is for")
    assert dialog is not None
    assert dialog.findChild(QLineEdit) is None
    assert again.session.user == window.session.user


def test_stopping_an_import_keeps_what_is_imported(
    workplace: Workplace, qtbot: QtBot, tmp_path: Path
) -> None:
    window = workplace.open()
    folder = tmp_path / "many"
    for seed in range(30):
        an_image_file(folder, f"{seed:02d}.png", seed=seed)
    window.controller.import_paths([folder])
    qtbot.waitUntil(lambda: QueueName.FILES in window.session.queues.busy_queues, timeout=WAIT_MS)
    window.controller.importing.cancel()
    workplace.settle(window)
    assert window.controller.work_list.model.total < 30
    shutil.rmtree(folder)


def test_a_number_of_another_patient_offers_to_assign_the_lesion(
    workplace: Workplace, qtbot: QtBot, tmp_path: Path
) -> None:
    services = services_at(workplace.folder)
    first, second = (a_case(services, tmp_path / "in", seed=seed) for seed in (1, 2))
    with services.store.reading() as work:
        code = work.cases.case(first).patient.code
    services.store.close()
    window = workplace.open()
    window.controller.work_list.choose(second)
    workplace.settle(window)
    field = window.controller.panels.patient.patient.field_by_name["code"]
    field.editor.setText(code)  # type: ignore[attr-defined]
    field.editor.editingFinished.emit()  # type: ignore[attr-defined]
    workplace.settle(window)
    assert "already there" in field.error
    assert field.remedy_button.text() == f"Assign the lesion to {code}"
    field.remedy_button.click()
    workplace.settle(window)
    assert workplace.case(window).patient.code == code


def test_a_damaged_image_file_shows_its_sentence_and_no_other_case(
    workplace: Workplace, qtbot: QtBot, tmp_path: Path
) -> None:
    services = services_at(workplace.folder)
    first, second = (a_case(services, tmp_path / "in", seed=seed) for seed in (1, 2))
    with services.store.reading() as work:
        damaged = services.store.blobs.path(work.cases.case(second).image.upright)
    services.store.close()
    damaged.chmod(0o600)
    damaged.write_bytes(b"not what it was")
    window = workplace.open()
    window.controller.work_list.choose(first)
    workplace.settle(window)
    assert window.controller.review.image_id == first
    window.controller.work_list.choose(second)
    workplace.settle(window)
    assert window.controller.review.view is None
    assert not window.controller.canvas.view.has_image
    assert window.notice_bar.text


def test_news_of_a_saved_correction_ends_with_its_case(
    workplace: Workplace, qtbot: QtBot, tmp_path: Path
) -> None:
    window, _, second = one_of_two_cases_brushed(workplace, qtbot, tmp_path)
    window.controller.correction.save()
    workplace.settle(window)
    assert window.status_line.saved.text().startswith("Correction saved at")
    assert window.controller.panels.explanation.isVisibleTo(window)
    window.controller.work_list.choose(second)
    workplace.settle(window)
    assert window.status_line.saved.text() == ""
