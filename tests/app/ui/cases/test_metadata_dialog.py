"""The dialog shows what a table would change, lets columns be mapped by hand, and enters what is ticked."""

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.ui.cases.metadata_dialog import MetadataDialog
from app.ui.session import Session
from app.usecases.cancellation import NeverCancelled
from app.usecases.cases.import_images import import_images
from tests.app.importers.tables.table_files import PH2_TEXT, a_table
from tests.builders import an_image_file, result_of

TABLE = "Foto;Jahre;sex\na.png;300;male\nb.png;45;female\nnowhere.png;50;male\n"


def imported(session: Session, folder: Path, *names: str) -> None:
    files = [an_image_file(folder, name, seed=seed) for seed, name in enumerate(names, start=1)]
    result_of(import_images(session.services, files, token=NeverCancelled()))


def opened(qtbot: QtBot, session: Session, path: Path) -> MetadataDialog:
    dialog = MetadataDialog(session, path)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: not session.queues.busy_queues)
    return dialog


def choose(qtbot: QtBot, dialog: MetadataDialog, column: str, name: str | None) -> None:
    box = dialog.columns.box_by_column[column]
    box.set_value(name)
    box.chosen.emit()
    qtbot.waitUntil(lambda: not dialog._session.queues.busy_queues)


def shown(dialog: MetadataDialog) -> list[list[str]]:
    model = dialog.plan_model
    return [
        [str(model.data(model.index(row, column))) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def titles(dialog: MetadataDialog) -> list[str]:
    return [dialog.pages.tabText(place) for place in range(3)]


def test_a_table_without_known_headers_is_mapped_by_hand_and_entered(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    imported(session, tmp_path / "in", "a.png", "b.png")
    dialog = opened(qtbot, session, a_table(tmp_path, "t.csv", TABLE))
    assert "image file or the patient number" in dialog._said.text()
    assert not dialog._enter.isEnabled()

    choose(qtbot, dialog, "Foto", "image")
    choose(qtbot, dialog, "Jahre", "age")

    assert shown(dialog) == [
        ["2", "a.png", "Sex", "", "Male"],
        ["3", "b.png", "Age at the visit", "", "45"],
        ["3", "b.png", "Sex", "", "Female"],
    ]
    assert titles(dialog) == ["Changes (3)", "Refused (1)", "Not found (1)"]
    assert dialog._enter.text() == "Enter 3 values"
    with qtbot.waitSignal(session.changed) as changed:
        dialog.enter()
    assert len(changed.args[0].images) == 2
    assert dialog._said.text() == "3 values were entered."
    assert dialog.plan_model.rowCount() == 0


def test_what_contradicts_is_not_ticked_until_the_person_ticks_it(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    imported(session, tmp_path / "in", "a.png")
    first = opened(qtbot, session, a_table(tmp_path, "t.csv", "file,sex\na.png,male\n"))
    with qtbot.waitSignal(session.changed):
        first.enter()
    dialog = opened(qtbot, session, a_table(tmp_path, "u.csv", "file,sex\na.png,female\n"))

    assert (shown(dialog), dialog.plan_model.ticked) == ([["2", "a.png", "Sex", "Male", "Female"]], ())
    dialog.replaces.setChecked(True)
    assert len(dialog.plan_model.ticked) == 1
    index = dialog.plan_model.index(0, 0)
    dialog.plan_model.setData(index, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert dialog.plan_model.ticked == ()


def test_diagnoses_are_offered_as_decisions_and_not_ticked(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    imported(session, tmp_path / "in", "IMD003.png", "IMD061.png")
    dialog = opened(qtbot, session, a_table(tmp_path, "PH2_dataset.txt", PH2_TEXT))

    assert dialog.decides.isVisible()
    assert dialog.plan_model.ticked == ()
    dialog.decides.setChecked(True)
    with qtbot.waitSignal(session.changed):
        dialog.enter()
    with session.services.store.reading() as work:
        assert {line.status for line in work.cases.case_lines()} == {"decided"}


def test_a_file_that_is_no_table_is_said_and_nothing_can_be_entered(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    dialog = opened(qtbot, session, a_table(tmp_path, "t.csv", 'file,sex\na.png,"male\n'))

    assert "no table that can be read" in dialog._said.text()
    assert not dialog._enter.isEnabled()


def test_what_was_unticked_stays_so_after_the_rest_was_entered(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    imported(session, tmp_path / "in", "b.png")
    dialog = opened(qtbot, session, a_table(tmp_path, "t.csv", "image,age,sex\nb.png,45,female\n"))
    model = dialog.plan_model
    model.setData(model.index(1, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)

    with qtbot.waitSignal(session.changed):
        dialog.enter()

    assert [row[2] for row in shown(dialog)] == ["Sex"]
    assert (model.ticked, dialog._enter.isEnabled()) == ((), False)
