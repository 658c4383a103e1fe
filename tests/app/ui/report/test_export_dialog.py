from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from app.domain.case_filter import CaseFilter
from app.ui.report.export_dialog import CaseChoice, ExportDialog
from app.ui.report.overlay_card import OverlayCard
from app.ui.session import Session
from app.usecases.exports.case_selection import CaseSelection
from app.usecases.exports.export_manner import NamedBy
from tests.builders import a_case


@pytest.fixture
def dialog(qtbot: QtBot, session: Session, tmp_path: Path) -> ExportDialog:
    image_id = a_case(session.services, tmp_path / "in")
    dialog = ExportDialog(session, [CaseChoice("The open case", CaseSelection((image_id,)))], None)
    qtbot.addWidget(dialog)
    return dialog


def write_button(dialog: ExportDialog) -> QPushButton:
    return next(one for one in dialog.findChildren(QPushButton) if one.text() == "Write files")


def choose(dialog: ExportDialog, start: str) -> None:
    next(one for one in dialog.findChildren(QRadioButton) if one.text().startswith(start)).setChecked(True)


def test_identity_is_not_decided_beforehand(dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.use_folder(tmp_path / "out")
    choices = [one for one in dialog.findChildren(QRadioButton) if one.text().startswith(("No:", "Yes:"))]
    assert [one.isChecked() for one in choices] == [False, False]
    assert dialog.order is None
    assert not write_button(dialog).isEnabled()


@pytest.mark.parametrize(("answer", "is_deidentified"), [("No:", True), ("Yes:", False)])
def test_the_answer_reaches_every_chosen_form(
    qtbot: QtBot, dialog: ExportDialog, session: Session, tmp_path: Path, answer: str, is_deidentified: bool
) -> None:
    dialog.use_folder(tmp_path / "out")
    choose(dialog, answer)
    for box in dialog.findChildren(QCheckBox)[:2]:
        box.setChecked(True)
    assert write_button(dialog).isEnabled()
    dialog.start()
    qtbot.waitUntil(lambda: len(dialog.files) == 2)
    asked = [exporter.asked for exporter in session.services.exporters]  # type: ignore[attr-defined]
    assert asked == [[(1, is_deidentified)], [(1, is_deidentified)], []]
    assert all(file.exists() for file in dialog.files)


def test_without_a_form_nothing_can_be_written(dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.use_folder(tmp_path)
    choose(dialog, "No:")
    for box in dialog.findChildren(QCheckBox):
        box.setChecked(False)
    assert dialog.order is None


def test_a_damaged_case_is_named_beside_what_was_written(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    damaged, sound = (a_case(session.services, tmp_path / "in", seed=seed) for seed in (1, 2))
    with session.services.store.reading() as work:
        image = work.cases.case(damaged).image
    session.services.store.blobs.path(image.upright).unlink()
    dialog = ExportDialog(session, [CaseChoice("Both", CaseSelection((damaged, sound)))], tmp_path / "out")
    qtbot.addWidget(dialog)
    choose(dialog, "No:")
    for box in dialog.findChildren(QCheckBox)[:2]:
        box.setChecked(True)
    dialog.start()
    qtbot.waitUntil(lambda: len(dialog.files) == 2)
    said = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    assert "2 files written" in said
    assert said.count(f"Left out: {image.file_name}: ") == 1


def test_deidentified_files_are_not_named_by_the_original(dialog: ExportDialog, tmp_path: Path) -> None:
    dialog.use_folder(tmp_path)
    original = next(one for one in dialog.findChildren(QRadioButton) if one.text() == "Original file")
    choose(dialog, "Yes:")
    assert original.isChecked()
    choose(dialog, "No:")
    assert not original.isEnabled()
    assert dialog.order is not None
    assert dialog.order.manner.names is NamedBy.PSEUDONYM


def test_a_part_of_the_work_list_is_counted_and_written(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    corrected = a_case(session.services, tmp_path / "in", corrected=True)
    a_case(session.services, tmp_path / "in", seed=2)
    choices = [
        CaseChoice("Corrected", CaseSelection(shown=CaseFilter.CORRECTED)),
        CaseChoice("Confirmed", CaseSelection(shown=CaseFilter.CONFIRMED)),
    ]
    dialog = ExportDialog(session, choices, tmp_path / "out")
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: any(one.text() == "Corrected (1)" for one in dialog.findChildren(QRadioButton)))
    nothing = next(one for one in dialog.findChildren(QRadioButton) if one.text() == "Confirmed (0)")
    assert not nothing.isEnabled()
    choose(dialog, "No:")
    dialog.start()
    qtbot.waitUntil(lambda: len(dialog.files) == 1)
    assert corrected in dialog.files[0].name


def test_an_overlay_for_dicom_files_is_chosen_by_its_words(qtbot: QtBot) -> None:
    card = OverlayCard()
    qtbot.addWidget(card)
    card.offer(["grad_cam", "occlusion"])
    box = card.findChild(QComboBox)
    assert box is not None
    assert [box.itemText(at) for at in range(2)] == ["None", "What carried the score (Grad-CAM)"]
    assert card.chosen is None
    box.setCurrentIndex(2)
    assert card.chosen == "occlusion"
