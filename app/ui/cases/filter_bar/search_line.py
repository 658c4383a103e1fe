"""The search line: words search as they are typed, conditions are completed and handed over."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget

from app.domain.errors import InvalidFieldError
from app.domain.work_list.search import parse_search, words_alone
from app.text.search_words import Completion, completions
from app.translation import _
from app.usecases.work_list.keep_filter import KnownWords

_SHOWN_AT_ONCE = 14
_TEXT_ROLE = int(Qt.ItemDataRole.UserRole)
_WHOLE_ROLE = _TEXT_ROLE + 1


class SearchLine(QLineEdit):
    """Takes words and conditions such as ``band:urgent``; Return, or a blank, makes a condition hold."""

    conditions_typed = Signal(tuple)
    """Condition of each that was completed; it has left the line."""
    last_unwanted = Signal()
    """Backspace was pressed at the beginning of the line."""
    refused = Signal(str)
    """Why a condition means nothing, in a sentence; "" once that is over."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known = KnownWords()
        self.setPlaceholderText(_("Search, or band: tag: due: …"))
        self.setAccessibleName(_("Search cases"))
        self.setAccessibleDescription(
            _("Words, or conditions such as band:urgent; the arrow down shows what can be typed.")
        )
        self.setClearButtonEnabled(True)
        self._rows = QStandardItemModel(self)
        self._completer = QCompleter(self._rows, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(_SHOWN_AT_ONCE)
        self._completer.setWidget(self)
        self._popup = QListView()
        self._popup.setProperty("role", "completions")
        self._popup.setAccessibleName(_("What can be typed"))
        self._completer.setPopup(self._popup)
        self._popup.installEventFilter(self)
        self._popup.clicked.connect(self._take)
        self.textEdited.connect(self._follow)

    def set_known(self, known: KnownWords) -> None:
        """Say what values the case store has."""
        self._known = known

    @property
    def words(self) -> str:
        """Return what is typed without conditions, those that were begun left out, too."""
        return words_alone(self.text())

    def hand_over(self) -> bool:
        """Hand over the conditions of the line, and keep its words; say whether all of it means something."""
        try:
            asked = parse_search(self.text())
        except InvalidFieldError as error:
            self.refused.emit(str(error))
            return False
        self.refused.emit("")
        if asked.conditions:
            self.setText(self.words)
            self.conditions_typed.emit(asked.conditions)
        return True

    def offer(self) -> None:
        """Show what can be typed, or how what was begun can go on."""
        begun = self._begun()
        self._show(completions(begun, self._known), is_first_taken=":" in begun)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Return take conditions, the arrow down show what there is, and Backspace a chip away."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.hand_over()
            event.accept()
        elif key == Qt.Key.Key_Down and not self._popup.isVisible():
            self.offer()
        elif key == Qt.Key.Key_Backspace and self.cursorPosition() == 0 and not self.hasSelectedText():
            self.last_unwanted.emit()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Return and Tab take the marked line of the list before the search line sees them."""
        if watched is self._popup and isinstance(event, QKeyEvent):
            is_taking = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
            current = self._popup.currentIndex()
            if event.type() is QEvent.Type.KeyPress and is_taking and current.isValid():
                self._popup.hide()
                self._take(current)
                return True
        return super().eventFilter(watched, event)

    def _begun(self) -> str:
        """Return the part of the text that the cursor stands behind."""
        before = self.text()[: self.cursorPosition()]
        if before.count('"') % 2:
            before, _quote, quoted = before.rpartition('"')
            return f'{before.rsplit(" ", 1)[-1]}"{quoted}'
        return before.rsplit(" ", 1)[-1]

    def _follow(self, text: str) -> None:
        self.refused.emit("")
        is_ended = text.endswith(" ") and text.count('"') % 2 == 0
        if is_ended and words_alone(text) != " ".join(text.split()):
            self.hand_over()
        begun = self._begun()
        if begun:
            self._show(completions(begun, self._known), is_first_taken=":" in begun)
        else:
            self._popup.hide()

    def _show(self, found: Sequence[Completion], *, is_first_taken: bool) -> None:
        self._rows.clear()
        for each in found:
            row = QStandardItem(f"{each.text}    {each.words}")
            row.setData(each.text, _TEXT_ROLE)
            row.setData(each.is_whole, _WHOLE_ROLE)
            row.setData(each.words, Qt.ItemDataRole.AccessibleTextRole)
            self._rows.appendRow(row)
        if not found:
            self._popup.hide()
            return
        self._completer.complete()
        if is_first_taken:
            self._popup.setCurrentIndex(self._completer.completionModel().index(0, 0))

    def _take(self, index: QModelIndex) -> None:
        """Put a completion in the place of what was begun."""
        text, is_whole = str(index.data(_TEXT_ROLE)), bool(index.data(_WHOLE_ROLE))
        cursor, begun = self.cursorPosition(), self._begun()
        before, after = self.text()[: cursor - len(begun)], self.text()[cursor:].lstrip('"')
        self.setText(f"{before}{text}{after}")
        self.setCursorPosition(len(before) + len(text))
        if is_whole:
            self.hand_over()
        else:
            self.offer()
