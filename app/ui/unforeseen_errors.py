"""What nobody expected: logged, and shown in one message that holds nothing up."""

import logging
import sys
from types import TracebackType

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QMessageBox

from app.translation import N_, _
from app.ui.preferences import Places

_LOG = logging.getLogger(__name__)

_WORDS = N_(
    "Something went wrong that was not foreseen. Your cases and corrections are stored; "
    "you can go on, or close Naevus and start it again. The log says what happened."
)


class UnforeseenErrors:
    """Writes each error to the log; the message is shown once, however many errors follow.

    The message waits in no event loop of its own: an error in the middle of painting would otherwise stop the
    window until somebody finds and closes it, and every further one would open another.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._newest: _Message | None = None
        """Held, because a message without a window behind it belongs to nobody else."""

    def install(self) -> None:
        """Take over errors that nothing else has caught; the window stays open."""
        sys.excepthook = self.explain

    def explain(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Log an error, and offer the folder with the log unless that is being offered already."""
        _LOG.error("Unexpected error", exc_info=(kind, error, trace))
        if not _is_shown():
            self._newest = self._message()
            self._newest.show()

    def _message(self) -> "_Message":
        close = QMessageBox.StandardButton.Close
        box = _Message(QMessageBox.Icon.Warning, "Naevus", _(_WORDS), close, QApplication.activeWindow())
        box.setWindowModality(Qt.WindowModality.NonModal)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.addButton(_("Show the log"), QMessageBox.ButtonRole.ActionRole).clicked.connect(self._show_log)
        return box

    def _show_log(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._places.data_folder / "log")))


class _Message(QMessageBox):
    """The one message, which is known by its class."""


def _is_shown() -> bool:
    return any(isinstance(each, _Message) and each.isVisible() for each in QApplication.topLevelWidgets())
