"""A drop-down of permitted values with 'not known' first."""

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from app.translation import N_, _

UNKNOWN = N_("Not known")


class ChoiceBox(QComboBox):
    """Chooses one of the permitted values, or none."""

    chosen = Signal()
    """The person chose; not emitted when the value is set by the program."""

    def __init__(
        self, choices: Iterable[tuple[str, object]], *, unknown: str = UNKNOWN, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.addItem(_(unknown), None)
        for text, value in choices:
            self.addItem(_(text), value)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(90)
        self.activated.connect(lambda _index: self.chosen.emit())

    @property
    def value(self) -> object:
        """Return the chosen value, None for 'not known'."""
        return self.currentData()

    @property
    def word(self) -> str | None:
        """Return the chosen value of a list of words."""
        return None if self.value is None else str(self.value)

    @property
    def answer(self) -> bool | None:
        """Return the chosen value of a yes-or-no list."""
        return None if self.value is None else bool(self.value)

    def set_value(self, value: object) -> None:
        """Show a value; one that is no longer in the vocabulary is kept and shown as it is."""
        index = self.findData(value)
        if index < 0:
            self.addItem(str(value), value)
            index = self.count() - 1
        self.setCurrentIndex(index)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel scroll the page; it must not change a value in passing."""
        event.ignore()
