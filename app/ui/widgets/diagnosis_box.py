"""A drop-down of diagnoses that can be searched by typing: names, other words, abbreviations."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QStringListModel, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QWidget

from app.domain.diagnosis_search import matching_diagnoses
from app.domain.vocabulary import Diagnosis
from app.translation import _
from app.ui.widgets.choice_box import ChoiceBox

_SHOWN = 18


class DiagnosisBox(ChoiceBox):
    """Chooses one of the diagnoses, or none; what is typed only searches and is never a value itself."""

    def __init__(
        self, diagnoses: Sequence[Diagnosis], *, unknown: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            ((_shown_words(known), known.name) for known in diagnoses), unknown=unknown, parent=parent
        )
        self._diagnoses = tuple(replace(known, also=(*known.also, _(known.name))) for known in diagnoses)
        self.setMaxVisibleItems(_SHOWN)
        self.setEditable(True)
        self.setInsertPolicy(ChoiceBox.InsertPolicy.NoInsert)
        self._found = QStringListModel(self)
        self._matches: tuple[Diagnosis, ...] = ()
        searcher = QCompleter(self._found, self)
        searcher.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        searcher.setMaxVisibleItems(_SHOWN)
        self.setCompleter(searcher)
        searcher.activated.connect(self._take_shown)
        line = self.lineEdit()
        assert line is not None
        line.setPlaceholderText(_("Type to search: name, MM, BCC, SK…"))
        line.textEdited.connect(self._search)
        line.editingFinished.connect(self.settle)

    @property
    def matches(self) -> tuple[str, ...]:
        """Return the names of what is found for the text that was typed."""
        return tuple(found.name for found in self._matches)

    @property
    def value(self) -> object:
        """Return the diagnosis that the text names, also while it is being typed; else the chosen one."""
        if self._is_typed:
            named = self._named()
            return self.currentData() if named is None else named.name
        return self.currentData()

    def set_value(self, value: object) -> None:
        """Show a value from its beginning."""
        super().set_value(value)
        if (line := self.lineEdit()) is not None:
            line.setCursorPosition(0)

    def settle(self) -> None:
        """Take what was typed where it names a diagnosis; otherwise show the value as it was."""
        if not self._is_typed:
            return
        named = self._named()
        if named is not None or not self.currentText().strip():
            self._take(named)
        else:
            self.setCurrentIndex(self.currentIndex())
            self.setEditText(self.itemText(self.currentIndex()))

    @property
    def _is_typed(self) -> bool:
        """Whether the text is another than that of the chosen value."""
        return self.currentText().strip() != self.itemText(self.currentIndex())

    def _named(self) -> Diagnosis | None:
        """The diagnosis that the typed text names with one of its own words."""
        typed = self.currentText().strip()
        found = matching_diagnoses(self._diagnoses, typed) if typed else ()
        return found[0] if found and typed.casefold() in _names_of(found[0]) else None

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Mark the text, so that what is typed replaces it."""
        super().focusInEvent(event)
        self._mark_unless_typed()
        if event.reason() is Qt.FocusReason.MouseFocusReason:
            # And afterwards: the press of the mouse that brings the focus would take the mark away again.
            QTimer.singleShot(0, self, self._mark_unless_typed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Return take the likeliest of what is found."""
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_return and self._matches and self._is_typed:
            self._take(self._matches[0])
        else:
            super().keyPressEvent(event)

    def _mark_unless_typed(self) -> None:
        line = self.lineEdit()
        if line is not None and not self._is_typed:
            line.selectAll()

    def _search(self, typed: str) -> None:
        self._matches = matching_diagnoses(self._diagnoses, typed)
        self._found.setStringList([_shown_words(found) for found in self._matches])

    def _take_shown(self, words: str) -> None:
        found = next((one for one in self._matches if _shown_words(one) == words), None)
        if found is not None:
            self._take(found)

    def _take(self, diagnosis: Diagnosis | None) -> None:
        self._matches = ()
        self.set_value(None if diagnosis is None else diagnosis.name)
        self.setEditText(self.itemText(self.currentIndex()))
        self.chosen.emit()


def _shown_words(diagnosis: Diagnosis) -> str:
    return f"{_(diagnosis.name)}  ({_(diagnosis.level_1.lower())})"


def _names_of(diagnosis: Diagnosis) -> set[str]:
    return {word.casefold() for word in (diagnosis.name, _shown_words(diagnosis), *diagnosis.also)}
