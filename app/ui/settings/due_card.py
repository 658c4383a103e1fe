"""The days within which cases of each band are to be decided."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from app.domain.analysis.triage import Band
from app.settings import LEAST_DUE_DAYS, MOST_DUE_DAYS, Settings
from app.text.bands import band_words
from app.translation import _
from app.ui.widgets.card import Card
from app.ui.widgets.field import Field
from app.ui.widgets.labels import plain_label

_KEY_BY_BAND = {
    Band.URGENT: "due_days_urgent",
    Band.SOON: "due_days_soon",
    Band.ROUTINE: "due_days_routine",
}


class _DaysBox(QSpinBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel scroll the page; it must not change a value in passing."""
        event.ignore()


class DueCard(Card):
    """A number of days for each band."""

    changed = Signal(str, int)
    """Name of the setting and its new value."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(_("Due dates"), parent)
        self.box_by_band: dict[Band, QSpinBox] = {}
        row = QHBoxLayout()
        row.setSpacing(12)
        for band, key in _KEY_BY_BAND.items():
            days = _DaysBox()
            days.setRange(LEAST_DUE_DAYS, MOST_DUE_DAYS)
            days.setValue(getattr(settings, key))
            days.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
            days.setKeyboardTracking(False)
            days.valueChanged.connect(lambda value, key=key: self.changed.emit(key, value))
            self.box_by_band[band] = days
            row.addWidget(Field(_("{band}, days").format(band=band_words(band)), days), 1)
        self.body.addLayout(row)
        hint = _(
            "Counted from the import. An undecided case is overdue from the day after its last day on; "
            "one without a band never is."
        )
        self.body.addWidget(plain_label(hint, "small", wraps=True))
