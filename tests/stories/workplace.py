"""A data folder on which a story opens, closes and kills windows."""

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.domain.case import Case
from app.settings import Settings
from app.storage.journal import FileStrokeJournal
from app.ui.preferences import Places, Preferences
from app.ui.session import Session
from app.ui.shell.main_window import MainWindow
from app.ui.theme import Theme
from app.usecases.services import Services
from tests.builders import services_at

WAIT_MS = 10_000


class Workplace:
    """A data folder on which windows can be opened, closed and killed."""

    def __init__(self, qtbot: QtBot, theme: Theme, folder: Path) -> None:
        self._qtbot = qtbot
        self._theme = theme
        self.folder = folder
        self.places = Places(folder, folder / "settings.toml")
        self.windows: list[tuple[MainWindow, Services]] = []

    def open(self, *, settings: Settings | None = None) -> MainWindow:
        journal = FileStrokeJournal(self.folder / "journal")
        services = replace(services_at(self.folder), journal=journal)
        chosen = settings or Settings(accepted_intended_use=1)
        window = MainWindow(Session(services), self._theme, Preferences(chosen, self.places))
        self._qtbot.addWidget(window)
        window.resize(1440, 900)
        window.show()
        window.controller.start()
        window.controller.dialogs.show_intended_use_once()
        self.windows.append((window, services))
        self.settle(window)
        return window

    def settle(self, window: MainWindow) -> None:
        """Wait until nothing is running."""
        self._qtbot.waitUntil(lambda: not window.session.queues.busy_queues, timeout=WAIT_MS)

    def kill(self, window: MainWindow) -> None:
        """End a window as a crash would: nothing is saved, the locks of its journals go."""
        services = self._services_of(window)
        window.session.close()
        window.controller.canvas.editor.wait_until_kept()
        assert isinstance(services.journal, FileStrokeJournal)
        services.journal.let_go()
        services.store.close()
        self.windows = [one for one in self.windows if one[0] is not window]
        window.hide()

    def close_all(self) -> None:
        for window, _services in list(self.windows):
            self.kill(window)

    def case(self, window: MainWindow) -> Case:
        """Return the open case as it is stored."""
        image_id = window.controller.review.image_id
        assert image_id is not None
        with self._services_of(window).store.reading() as work:
            return work.cases.case(image_id)

    def _services_of(self, window: MainWindow) -> Services:
        return next(services for one, services in self.windows if one is window)
