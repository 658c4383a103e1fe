"""A drop-down and a date as fields of a form whose values are stored as soon as they are chosen."""

from datetime import date

from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QWidget

from app.translation import language_in_use
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.form_entry import FormEntry


class ChoiceEntry(FormEntry):
    """A labelled drop-down."""

    def __init__(self, label: str, box: ChoiceBox, parent: QWidget | None = None) -> None:
        self._box = box
        super().__init__(label, box, parent=parent)
        box.chosen.connect(self.hand_over)

    @property
    def raw(self) -> object:
        """Return the chosen value, None for none."""
        return self._box.value

    def put(self, raw: object) -> None:
        """Show a value."""
        self._box.set_value(raw)


class DateEntry(FormEntry):
    """A labelled date."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        self._edit = QDateEdit()
        self._edit.setCalendarPopup(True)
        self._edit.setDisplayFormat(language_in_use().notation.date_pattern)
        super().__init__(label, self._edit, parent=parent)
        self._edit.editingFinished.connect(self.hand_over)

    @property
    def raw(self) -> date:
        """Return the shown day."""
        on = self._edit.date()
        return date(on.year(), on.month(), on.day())

    def put(self, raw: object) -> None:
        """Show a day."""
        if isinstance(raw, date):
            self._edit.setDate(QDate(raw.year, raw.month, raw.day))
