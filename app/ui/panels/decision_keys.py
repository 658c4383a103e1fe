"""Deciding by keys: a digit for the diagnosis, a letter for the management, Return for the next case."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.domain.vocabulary import MOST_FAVOURITES
from app.translation import N_, _
from app.ui.panels.decision_draft import DecisionDraft
from app.ui.widgets.labels import ElidedLabel, plain_label, restyle

DECISION_KEYS: tuple[tuple[str, str], ...] = (
    ("1 … 9", N_("A favourite diagnosis (in the settings)")),
    ("N T S Y P B E U I", N_("A management, as listed")),
    ("/", N_("Search any diagnosis")),
    (N_("Return"), N_("Record, and open the next undecided case")),
    (N_("Backspace"), N_("Take both back")),
    (N_("Escape"), N_("Back to the image")),
)
"""What keys do while one decides, for the shortcut sheet."""


class DecisionKeys(QFrame):
    """Lists the keys, and has the keyboard while it is seen."""

    diagnosis_chosen = Signal(str)
    management_chosen = Signal(str)
    cleared = Signal()
    search_wanted = Signal()
    record_wanted = Signal()
    left = Signal()

    def __init__(self, management_by_key: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Decide by keys"))
        self._management_by_key = dict(management_by_key)
        self._favourites: tuple[str, ...] = ()
        self._row_by_diagnosis: dict[str, QLabel] = {}
        self._row_by_management: dict[str, QLabel] = {}
        self._diagnoses, managements = QGridLayout(), QGridLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(3)
        layout.addWidget(plain_label(_("Diagnosis"), "heading"))
        layout.addLayout(self._diagnoses)
        layout.addWidget(plain_label(_("Management"), "heading"))
        layout.addLayout(managements)
        words = _("Return records and opens the next undecided case. Escape: back to the image.")
        layout.addWidget(plain_label(words, "small", wraps=True))
        for key, management in self._management_by_key.items():
            self._row_by_management[management] = _row(managements, key, _(management))
        self.hide()

    def set_favourites(self, names: Sequence[str]) -> None:
        """Offer other diagnoses under the keys 1 to 9."""
        if tuple(names) == self._favourites:
            return
        while (taken := self._diagnoses.takeAt(0)) is not None:
            if (widget := taken.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._favourites = tuple(names)[:MOST_FAVOURITES]
        self._row_by_diagnosis = {
            name: _row(self._diagnoses, str(number), _(name))
            for number, name in enumerate(self._favourites, start=1)
        }

    def start(self) -> None:
        """Show the keys and take the keyboard."""
        self.show()
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_draft(self, draft: DecisionDraft) -> None:
        """Mark what is chosen."""
        for name, row in (*self._row_by_diagnosis.items(), *self._row_by_management.items()):
            restyle(row, "role", "heading" if name in (draft.diagnosis, draft.management) else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, record, search or leave."""
        key, typed = event.key(), event.text().upper()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.record_wanted.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key == Qt.Key.Key_Backspace:
            self.cleared.emit()
        elif typed == "/":
            self.search_wanted.emit()
        elif typed.isdecimal() and 1 <= int(typed) <= len(self._favourites):
            self.diagnosis_chosen.emit(self._favourites[int(typed) - 1])
        elif typed in self._management_by_key:
            self.management_chosen.emit(self._management_by_key[typed])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep plain keys from the shortcuts of the window while one decides."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            is_plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
            if is_plain and event.key() not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                event.accept()
                return True
        return super().event(event)


def _row(grid: QGridLayout, key: str, words: str) -> QLabel:
    """Add a key with its words, and return the words."""
    row = grid.rowCount()
    grid.setColumnStretch(1, 1)
    grid.setVerticalSpacing(1)
    grid.setHorizontalSpacing(10)
    grid.addWidget(plain_label(key, "key"), row, 0)
    shown = ElidedLabel(words)
    grid.addWidget(shown, row, 1)
    return shown
