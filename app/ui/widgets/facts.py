"""Pairs of a name and a value, one below the other."""

from collections.abc import Iterable

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.ui.widgets.labels import ElidedLabel, plain_label, selectable


class Facts(QWidget):
    """A small table of names and values; a value that is too long is shortened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._value_by_name: dict[str, QLabel] = {}

    def show_facts(self, facts: Iterable[tuple[str, str]]) -> None:
        """Show values by their names; a name that was shown before gets its new value."""
        for name, value in facts:
            self.value(name).setText(value)

    def value(self, name: str) -> QLabel:
        """Return the label of a value."""
        if name not in self._value_by_name:
            row = self._grid.rowCount()
            self._value_by_name[name] = selectable(ElidedLabel())
            said = plain_label(name, "muted")
            said.setContentsMargins(0, 0, 0, 2)
            self._grid.addWidget(said, row, 0)
            self._grid.addWidget(self._value_by_name[name], row, 1)
        return self._value_by_name[name]
