from pathlib import Path

from PySide6.QtWidgets import QTableWidget
from pytestqt.qtbot import QtBot

from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.ui.cases.refused_dialog import RefusedDialog, import_words
from app.usecases.cases.import_images import FileNotice, ImportReport, Refusal

_REPORT = ImportReport(
    (ImageId("1"),),
    (Refusal(Path("in/notes.txt"), "The file is no image."),),
    Changes(),
    (FileNotice(Path("in/a.dcm"), "Patient number 7 is stored under another name; please check."),),
)


def test_what_has_to_be_checked_stands_below_what_was_refused(qtbot: QtBot) -> None:
    dialog = RefusedDialog(_REPORT)
    qtbot.addWidget(dialog)
    (table,) = dialog.findChildren(QTableWidget)
    cells = [[table.item(row, column).text() for column in range(2)] for row in range(table.rowCount())]
    assert cells == [
        ["notes.txt", "The file is no image."],
        ["a.dcm", "Patient number 7 is stored under another name; please check."],
    ]


def test_an_import_is_summed_up_in_a_sentence() -> None:
    assert import_words(_REPORT) == "1 image imported; 1 file was refused; 1 to be checked."
    assert import_words(ImportReport((), (), Changes())) == "No images imported."
    searched = ImportReport((ImageId("1"),), (), Changes(), passed_over=2)
    assert import_words(searched) == "1 image imported; 2 of the folder passed over, being no images."
