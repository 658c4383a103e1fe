"""Starts the window: application, theme, session, and the hook for what nobody expected."""

import logging
import sys
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QMessageBox

from app.settings import Settings
from app.translation import N_, _
from app.ui.jobs.collector import UiThreadCollector
from app.ui.preferences import Places, Preferences
from app.ui.renewal_progress import RenewalProgress
from app.ui.session import Session
from app.ui.shell.main_window import MainWindow
from app.ui.theme import Theme, ThemeChoice
from app.usecases.services import Services
from models.contract.errors import NaevusError

_LOG = logging.getLogger(__name__)


def run_window(
    open_services: Callable[[Callable[[int, int], None]], Services],
    settings: Settings,
    warnings: tuple[str, ...],
    places: Places,
) -> int:
    """Open the workstation and return the exit code; a case store that cannot be opened is explained.

    ``open_services`` is given what shows how far the renewal of an earlier version's work list is.
    """
    application = make_application(sys.argv)
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
    install_hook(places)
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


def install_hook(places: Places) -> None:
    """Log what nobody expected, and offer the folder with the log; the window stays open."""

    def explain(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        _LOG.error("Unexpected error", exc_info=(kind, error, trace))
        box = QMessageBox(QMessageBox.Icon.Warning, "Naevus", _(_WORDS), QMessageBox.StandardButton.Close)
        show = box.addButton(_("Show the log"), QMessageBox.ButtonRole.ActionRole)
        box.exec()
        if box.clickedButton() is show:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(places.data_folder / "log")))

    sys.excepthook = explain


_WORDS = N_(
    "Something went wrong that was not foreseen. Your cases and corrections are stored; "
    "you can go on, or close Naevus and start it again. The log says what happened."
)
