"""The File menu leads to the dialogs for tables of metadata and for masks drawn elsewhere."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.ui.cases.masks_dialog import MasksDialog
from app.ui.cases.metadata_dialog import MetadataDialog
from tests.app.importers.tables.table_files import ISIC_2019, a_table
from tests.app.ui.conftest import OpenWindow


def open_dialog(qtbot: QtBot, kind: type[QWidget]) -> QWidget:
    qtbot.waitUntil(lambda: any(isinstance(one, kind) for one in QApplication.topLevelWidgets()))
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, kind))


def test_a_table_that_is_chosen_is_shown_before_it_is_entered(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_table(tmp_path, "table.csv", ISIC_2019)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_arguments: (str(path), ""))
    window = open_window()

    window.controller.choose_metadata()

    dialog = open_dialog(qtbot, MetadataDialog)
    assert isinstance(dialog, MetadataDialog)
    qtbot.waitUntil(lambda: dialog.pages.tabText(2) == "Not found (1)")
    dialog.close()


def test_masks_are_chosen_in_their_own_dialog_and_the_folder_is_remembered(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "a_mask.png").write_bytes(b"no mask")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_arguments: str(tmp_path / "masks"))
    window = open_window()
    window.controller.choose_masks()
    dialog = open_dialog(qtbot, MasksDialog)
    assert isinstance(dialog, MasksDialog)

    dialog._choose_folder()

    qtbot.waitUntil(lambda: dialog.pages.tabText(1) == "Refused (1)")
    dialog.close()
    assert window.controller._preferences.remembered_text("masks_folder") == str(tmp_path / "masks")
