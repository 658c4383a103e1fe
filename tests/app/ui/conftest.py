from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.settings import Settings
from app.ui.preferences import Places, Preferences
from app.ui.session import Session
from app.ui.shell.main_window import MainWindow
from app.ui.theme import Theme, ThemeChoice
from app.usecases.services import Services
from tests.builders import services_at
from tests.ui_guards import nothing_left_running
from tests.ui_thread import collected_on_the_ui_thread

__all__ = ["collected_on_the_ui_thread", "nothing_left_running"]

READ = Settings(accepted_intended_use=1)
"""Settings of somebody who has read the intended use."""

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    opened = services_at(tmp_path / "data")
    yield opened
    opened.store.close()


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """Return the one theme of the test application, light."""
    theme = qapp.findChild(Theme) or Theme(qapp, ThemeChoice.LIGHT)
    theme.choose(ThemeChoice.LIGHT)
    return theme


@pytest.fixture
def session(qtbot: QtBot, services: Services) -> Iterator[Session]:
    opened = Session(services)
    yield opened
    opened.close()


@pytest.fixture
def open_window(qtbot: QtBot, theme: Theme, services: Services, tmp_path: Path) -> Iterator[OpenWindow]:
    """Return a function that opens the window on the services of the test."""
    opened: list[MainWindow] = []

    def open_one(on: Services = services, settings: Settings = READ) -> MainWindow:
        places = Places(tmp_path, tmp_path / "settings.toml")
        window = MainWindow(Session(on), theme, Preferences(settings, places))
        qtbot.addWidget(window)
        window.resize(1440, 900)
        window.show()
        window.controller.start()
        opened.append(window)
        return window

    yield open_one
    for window in opened:
        window.session.close()
        window.controller.canvas.editor.wait_until_kept()
