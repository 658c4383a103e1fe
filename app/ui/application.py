"""Starts the window: application, language, theme, session, and the hook for what nobody expected."""

import gc
import sys
from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QMessageBox

from app.settings import Settings
from app.ui.jobs.collector import UiThreadCollector
from app.ui.language import use_language
from app.ui.preferences import Places, Preferences
from app.ui.renewal_progress import RenewalProgress
from app.ui.session import Session
from app.ui.shell.main_window import MainWindow
from app.ui.theme import Theme, ThemeChoice
from app.ui.unforeseen_errors import UnforeseenErrors
from app.usecases.services import Services
from models.contract.errors import NaevusError

_LONGEST_TURN_S = 0.0005
"""After which a thread lets another one run. Painting a page of the list asks for Python dozens of times, and
waits that long each time while another thread reads cases; with Python's own 5 ms, scrolling stalls."""


def run_window(
    open_services: Callable[[Callable[[int, int], None]], Services],
    settings: Settings,
    warnings: tuple[str, ...],
    places: Places,
) -> int:
    """Open the workstation and return the exit code; a case store that cannot be opened is explained.

    ``open_services`` is given what shows how far the renewal of an earlier version's work list is.
    """
    sys.setswitchinterval(_LONGEST_TURN_S)
    application = make_application(sys.argv)
    use_language(application, settings.language)
    collector = UiThreadCollector(application)
    theme = Theme(application, ThemeChoice(settings.theme))
    renewal = RenewalProgress()
    try:
        services = open_services(renewal.show)
    except NaevusError as error:
        renewal.close()
        QMessageBox.critical(None, "Naevus", str(error))
        return 1
    renewal.close()
    window = open_window(services, theme, Preferences(settings, places, application))
    gc.freeze()
    UnforeseenErrors(places).install()
    for warning in warnings:
        window.session.warn(warning)
    code = application.exec()
    collector.stop()
    services.predictor.close()
    services.store.close()
    return code


def make_application(arguments: list[str]) -> QApplication:
    """Return the Qt application with its names."""
    application = QApplication(arguments)
    application.setApplicationName("Naevus")
    application.setApplicationDisplayName("Naevus")
    application.setDesktopFileName("naevus")
    return application


def open_window(services: Services, theme: Theme, preferences: Preferences) -> MainWindow:
    """Show the window and begin to read the work list."""
    session = Session(services)
    window = MainWindow(session, theme, preferences)
    window.show()
    window.controller.start()
    window.controller.dialogs.show_intended_use_once()
    return window
