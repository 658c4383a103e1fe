"""A day of the calendar, to be typed or picked."""

from datetime import date

from PySide6.QtCore import QDate
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QDateEdit, QSizePolicy, QWidget

from app.translation import language_in_use


class DayBox(QDateEdit):
    """Chooses a day."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCalendarPopup(True)
        self.setDisplayFormat(language_in_use().notation.date_pattern)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def day(self) -> date:
        """Return the shown day."""
        shown = self.date()
        return date(shown.year(), shown.month(), shown.day())

    def set_day(self, day: date) -> None:
        """Show a day."""
        self.setDate(QDate(day.year, day.month, day.day))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel scroll the page; it must not change a day in passing."""
        event.ignore()
