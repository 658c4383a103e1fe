"""What the person chose, and where the window was; choices go to the settings file, geometry beside it."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from app.settings import Settings, write_settings
from app.translation import _


@dataclass(frozen=True)
class Places:
    """Where things lie on this computer."""

    data_folder: Path
    settings_file: Path


class Preferences(QObject):
    """The settings in force."""

    changed = Signal(object)
    """Settings after a change."""
    refused = Signal(str)
    """A change could not be written; the sentence says why."""

    def __init__(self, settings: Settings, places: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.places = places
        self._geometry = QSettings(str(places.data_folder / "window.ini"), QSettings.Format.IniFormat)

    def change(self, **values: object) -> None:
        """Choose values by their keys and write them."""
        self.settings = self.settings.model_copy(update=values)
        try:
            write_settings(self.places.settings_file, self.settings)
        except OSError as error:
            reason = error.strerror or _("unknown reason")
            self.refused.emit(
                _("The setting is used now but could not be stored: {reason}.").format(reason=reason)
            )
        self.changed.emit(self.settings)

    def remember(self, key: str, state: QByteArray) -> None:
        """Remember a part of the window's state."""
        self._geometry.setValue(key, state)

    def remembered(self, key: str) -> QByteArray | None:
        """Return a part of the window's state, or None at the first start."""
        value = self._geometry.value(key)
        return value if isinstance(value, QByteArray) else None

    def remember_text(self, key: str, text: str) -> None:
        """Remember a word, for example the folder that was used last."""
        self._geometry.setValue(key, text)

    def remembered_text(self, key: str) -> str:
        """Return a remembered word, or ''."""
        return str(self._geometry.value(key) or "")
