"""A drop-down of exact sites that is searched by typing any part of a site's name or region."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QWidget

from app.translation import _
from app.ui.widgets.choice_box import ChoiceBox

_SHOWN = 18
_LEAST_LIST_PX = 420


class SiteBox(ChoiceBox):
    """Chooses one of the sites, or none; what is typed only searches and is never a value itself."""

    def __init__(
        self, choices: Iterable[tuple[str, object]], *, unknown: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(choices, unknown=unknown, parent=parent)
        self.setEditable(True)
        self.setInsertPolicy(ChoiceBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(_SHOWN)
        searcher = QCompleter(self.model(), self)
        searcher.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        searcher.setFilterMode(Qt.MatchFlag.MatchContains)
        searcher.setMaxVisibleItems(_SHOWN)
        for shown in (self.view(), searcher.popup()):
            if shown is not None:
                shown.setMinimumWidth(_LEAST_LIST_PX)
        self.setCompleter(searcher)
        line = self.lineEdit()
        assert line is not None
        line.setPlaceholderText(_("Type to search: nose, thigh, sole…"))
        line.editingFinished.connect(self.settle)

    def set_value(self, value: object) -> None:
        """Show a value from its beginning."""
        super().set_value(value)
        self._show_beginning()

    def settle(self) -> None:
        """Take what was typed where it is a site's name; otherwise show the value as it was."""
        typed = self.currentText().strip()
        if typed == self.itemText(self.currentIndex()):
            return
        named = self.findText(typed, Qt.MatchFlag.MatchFixedString) if typed else 0
        if named >= 0:
            self.setCurrentIndex(named)
            self.chosen.emit()
        self.setEditText(self.itemText(self.currentIndex()))
        self._show_beginning()

    def _show_beginning(self) -> None:
        if (line := self.lineEdit()) is not None:
            line.setCursorPosition(0)
