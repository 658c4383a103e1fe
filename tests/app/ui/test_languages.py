"""The window in every language: nothing is cut off, and in Arabic it is mirrored but for the image."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.settings import Settings, read_settings
from app.translation.languages import ENGLISH, LANGUAGES
from app.ui.language import qt_locale, use_language
from app.ui.preferences import Places, Preferences
from app.ui.settings.settings_dialog import SettingsDialog
from app.ui.shell.main_window import MainWindow
from app.ui.widgets.labels import ElidedLabel
from app.usecases.services import Services
from tests.app.ui.conftest import OpenWindow
from tests.builders import a_case, the_vocabulary

_FRAME_PX = 2

Shown = TypeVar("Shown", bound=QWidget)


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    before = QLocale()
    yield qapp
    use_language(qapp, ENGLISH.code)
    QLocale.setDefault(before)


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
def test_nothing_is_cut_off_in_the_window(
    application: QApplication,
    open_window: OpenWindow,
    services: Services,
    qtbot: QtBot,
    tmp_path: Path,
    code: str,
) -> None:
    use_language(application, code)
    a_case(services, tmp_path)
    window = open_window()
    qtbot.waitUntil(lambda: window.controller.review.view is not None, timeout=20_000)
    window.resize(1366, 768)
    tabs = window.controller.panels.tabs
    cut: set[str] = set()
    for number in range(tabs.count()):
        tabs.setCurrentIndex(number)
        cut |= _cut_off_when_settled(window, qtbot)
    assert cut == set()
    is_mirrored = window.layoutDirection() is Qt.LayoutDirection.RightToLeft
    assert is_mirrored == (code == "ar")
    assert (_left(window.controller.work_list, window) > _left(tabs, window)) == is_mirrored
    assert window.controller.canvas.view.layoutDirection() is Qt.LayoutDirection.LeftToRight


def test_the_settings_offer_every_language_by_its_own_name(qtbot: QtBot, tmp_path: Path) -> None:
    places = Places(tmp_path, tmp_path / "settings.toml")
    dialog = SettingsDialog(Preferences(Settings(), places), the_vocabulary())
    qtbot.addWidget(dialog)
    names = [dialog.language.itemText(at) for at in range(dialog.language.count())]
    assert names == ["Follow the system", "English", "Deutsch", "Français", "Español", "العربية"]
    dialog.language.setCurrentIndex(names.index("Deutsch"))
    dialog.language.activated.emit(names.index("Deutsch"))
    assert read_settings(places.settings_file)[0].language == "de"


def test_fields_of_qt_write_numbers_as_the_sentences_do() -> None:
    for language in LANGUAGES:
        sign = qt_locale(language).decimalPoint() if language is not ENGLISH else "."
        assert sign == language.notation.decimal, language.code
    assert qt_locale(LANGUAGES[-1]).zeroDigit() == "0"


def _cut_off_when_settled(window: MainWindow, qtbot: QtBot) -> set[str]:
    """Return what stays cut off: a wrapped label asks for its height once it knows its width."""
    for _round in range(20):
        cut = set(cut_off(window))
        if not cut:
            break
        qtbot.wait(10)
    return cut


def cut_off(window: MainWindow) -> Iterator[str]:
    """Return the texts that have less room than they need."""
    for label in _shown(window, QLabel):
        if isinstance(label, ElidedLabel) or not label.text() or label.text().startswith("<"):
            continue
        is_short = label.heightForWidth(label.width()) > label.height() if label.wordWrap() else False
        if is_short or (not label.wordWrap() and label.sizeHint().width() > label.width() + _FRAME_PX):
            yield f"label: {label.text()}"
    for button in _shown(window, QAbstractButton):
        if button.text() and button.sizeHint().width() > button.width() + _FRAME_PX:
            yield f"button: {button.text()}"
    for box in _shown(window, QComboBox):
        needed = box.fontMetrics().horizontalAdvance(box.currentText())
        if needed > box.width() - 30:
            yield f"choice: {box.currentText()}"
    for bar in _shown(window, QTabBar):
        if sum(bar.tabSizeHint(at).width() for at in range(bar.count())) > bar.width() + _FRAME_PX:
            yield f"tabs: {[bar.tabText(at) for at in range(bar.count())]}"


def _shown(window: MainWindow, kind: type[Shown]) -> list[Shown]:
    return [widget for widget in window.findChildren(kind) if widget.isVisible()]


def _left(widget: QWidget, window: MainWindow) -> int:
    return widget.mapTo(window, widget.rect().topLeft()).x()
