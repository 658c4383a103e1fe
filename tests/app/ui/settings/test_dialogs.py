from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.settings import Settings, read_settings
from app.ui.preferences import Places, Preferences
from app.ui.session import Session
from app.ui.settings.device_dialog import DeviceDialog
from app.ui.settings.settings_dialog import SettingsDialog
from app.usecases.exports.letterhead import read_letterhead
from tests.builders import the_vocabulary


@pytest.fixture
def preferences(qtbot: QtBot, tmp_path: Path) -> Preferences:
    return Preferences(Settings(), Places(tmp_path, tmp_path / "settings.toml"))


def test_a_choice_holds_at_once_and_after_a_restart(preferences: Preferences) -> None:
    preferences.change(theme="dark", user_name="Dr. Ünal")
    stored, warnings = read_settings(preferences.places.settings_file)
    assert (stored.theme, stored.user_name, warnings) == ("dark", "Dr. Ünal", ())
    assert preferences.settings == stored


def test_a_setting_that_cannot_be_stored_is_used_and_explained(
    qtbot: QtBot, preferences: Preferences, tmp_path: Path
) -> None:
    preferences.places.settings_file.mkdir()
    with qtbot.waitSignal(preferences.refused) as refused:
        preferences.change(theme="light")
    assert preferences.settings.theme == "light"
    assert "could not be stored" in refused.args[0]


def test_the_window_state_is_remembered(preferences: Preferences, tmp_path: Path) -> None:
    preferences.remember("panes", QByteArray(b"300 750 390"))
    again = Preferences(Settings(), Places(tmp_path, tmp_path / "settings.toml"))
    assert again.remembered("panes") == QByteArray(b"300 750 390")
    assert again.remembered("geometry") is None


def test_the_name_is_taken_when_the_page_is_left(qtbot: QtBot, preferences: Preferences) -> None:
    dialog = SettingsDialog(preferences, the_vocabulary())
    qtbot.addWidget(dialog)
    dialog.user.line.setText("Dr. Test")
    dialog.accept()
    assert preferences.settings.user_name == "Dr. Test"


@pytest.mark.parametrize(
    ("typed", "stored"), [("2", 2.0), ("0,8 %", 0.8), ("12.5", 12.5), ("0", 5.0), ("99", 5.0), ("few", 5.0)]
)
def test_the_prevalence_is_taken_when_it_is_one(
    qtbot: QtBot, preferences: Preferences, typed: str, stored: float
) -> None:
    dialog = SettingsDialog(preferences, the_vocabulary())
    qtbot.addWidget(dialog)
    assert dialog.prevalence.line.text() == "5"
    dialog.prevalence.line.setText(typed)
    dialog.accept()
    assert preferences.settings.prevalence_percent == stored
    assert read_settings(preferences.places.settings_file)[0].prevalence_percent == stored


def test_a_whole_number_in_the_file_is_a_prevalence(preferences: Preferences) -> None:
    preferences.places.settings_file.write_text("prevalence_percent = 2\n", encoding="utf-8")
    assert read_settings(preferences.places.settings_file)[0].prevalence_percent == 2.0


def test_the_device_page_tells_engine_device_and_times(qtbot: QtBot, session: Session) -> None:
    dialog = DeviceDialog(session)
    qtbot.addWidget(dialog)

    def words() -> set[str]:
        return {label.text() for label in dialog.findChildren(QLabel)}

    qtbot.waitUntil(lambda: "Instant, in use" in words())
    assert {"this machine", "1 ms", "Serves."} <= words()


def test_letterhead_and_favourites_are_stored_as_they_are_entered(
    qtbot: QtBot, preferences: Preferences
) -> None:
    dialog = SettingsDialog(preferences, the_vocabulary())
    qtbot.addWidget(dialog)
    card = dialog.letterhead
    card.name.line.setText("Praxis")
    card.fields.setPlainText("no label here")
    dialog.done(0)
    assert "Label: text" in card.field_by_name["fields"].error
    card.fields.setPlainText("Referring physician: Dr. Huber")
    card.finish()
    stored = read_letterhead(preferences.places.data_folder)
    assert (stored.name, stored.fields) == ("Praxis", (("Referring physician", "Dr. Huber"),))
    box = dialog.favourites.boxes[0]
    line = box.lineEdit()
    assert line is not None
    qtbot.keyClicks(line, "xyz")
    box.settle()
    assert box.word == "Nevus"
    line.clear()
    qtbot.keyClicks(line, "wart")
    box.settle()
    chosen = preferences.settings.favourite_diagnoses
    assert (chosen[0], len(chosen)) == ("Verruca", 9)
