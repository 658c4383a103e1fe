"""One criterion of a form: its answers as buttons, whether a person confirmed it, and keys to answer it."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.domain.readings.form import NO, YES, Criterion
from app.translation import N_, _
from app.ui.widgets.labels import plain_label, plain_tip, restyle

_FEW_LETTERS = 12
"""A hint with more letters gets a line of its own."""
_FEW_LETTERS_TOGETHER = 9
"""So do answers that have as many or more together."""


class AnswerState(Enum):
    """How far a criterion is answered."""

    OPEN = "open"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"


_STATE_WORDS = {
    AnswerState.OPEN: N_("not answered"),
    AnswerState.PROPOSED: N_("proposed, not confirmed"),
    AnswerState.CONFIRMED: N_("confirmed"),
}


@dataclass(frozen=True)
class ShownAnswer:
    """What a row shows."""

    value: int | None = None
    state: AnswerState = AnswerState.OPEN
    rests_on: str = ""
    """What was measured, in words."""
    confirmed_by: str = ""


class CriterionRow(QFrame):
    """Answered by a click or a digit; Space confirms a proposal, or turns yes and no round."""

    answered = Signal(str, int)
    """Name of the criterion, and the value that the person confirmed."""
    cleared = Signal(str)
    focused = Signal(str)
    left = Signal(int)
    """The person goes on to the next row (1) or back (-1)."""

    def __init__(self, criterion: Criterion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.criterion = criterion
        self.shown = ShownAnswer()
        self.setProperty("role", "criterion")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(plain_tip(_(criterion.hint)))
        self.button_by_value = {choice.value: self._button(choice.value) for choice in criterion.choices}
        self._rests_on = plain_label("", "small", wraps=True)
        label = plain_label(_(criterion.label), wraps=True)
        answers = QHBoxLayout()
        answers.setSpacing(3)
        for button in self.button_by_value.values():
            answers.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 3, 6, 3)
        column.setSpacing(1)
        is_beside = criterion.is_yes_or_no and len(_(criterion.hint)) <= _FEW_LETTERS
        if self._is_short():
            line = QHBoxLayout()
            line.setSpacing(8)
            line.addWidget(label, 1)
            if is_beside:
                self._rests_on.setWordWrap(False)
                line.addWidget(self._rests_on)
            line.addLayout(answers)
            column.addLayout(line)
        else:
            answers.addStretch(1)
            column.addWidget(label)
            column.addLayout(answers)
        if not is_beside:
            column.addWidget(self._rests_on)
        self.show_answer(ShownAnswer())

    def show_answer(self, shown: ShownAnswer) -> None:
        """Show an answer, and whether it is a proposal or confirmed."""
        self.shown = shown
        for value, button in self.button_by_value.items():
            is_it = value == shown.value
            button.setChecked(is_it)
            restyle(button, "state", shown.state.value if is_it else "")
        restyle(self, "state", shown.state.value)
        words = shown.rests_on or _(self.criterion.hint)
        self._rests_on.setText(words)
        self._rests_on.setVisible(bool(words))
        said = "" if shown.value is None else _(self.criterion.choice(shown.value).label)
        name = ", ".join(
            part for part in (_(self.criterion.label), said, _(_STATE_WORDS[shown.state])) if part
        )
        self.setAccessibleName(name)
        by = _("Confirmed by {name}").format(name=shown.confirmed_by) if shown.confirmed_by else ""
        self.setToolTip(plain_tip("\n".join(part for part in (_(self.criterion.hint), by) if part)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Answer by a digit, confirm by Space, clear by Delete, go on by the arrows."""
        value = event.key() - Qt.Key.Key_0
        if value in self.button_by_value:
            self.answered.emit(self.criterion.name, value)
            self.left.emit(1)
        elif event.key() == Qt.Key.Key_Space:
            self._confirm_or_turn()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.cleared.emit(self.criterion.name)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.left.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Come into view, and tell which criterion is looked at."""
        super().focusInEvent(event)
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(self, 0, 40)
        self.focused.emit(self.criterion.name)

    def _confirm_or_turn(self) -> None:
        value = self.shown.value
        if self.shown.state is AnswerState.PROPOSED and value is not None:
            self.answered.emit(self.criterion.name, value)
            self.left.emit(1)
        elif self.criterion.is_yes_or_no:
            self.answered.emit(self.criterion.name, NO if value == YES else YES)

    def _is_short(self) -> bool:
        return sum(len(_(choice.label)) for choice in self.criterion.choices) < _FEW_LETTERS_TOGETHER

    def _button(self, value: int) -> QPushButton:
        label = _(self.criterion.choice(value).label)
        button = QPushButton(label)
        button.setProperty("role", "answer")
        button.setCheckable(True)
        button.setAccessibleName(f"{_(self.criterion.label)}: {label}")
        # The row has the focus and the keys; a click gives it to the row.
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self._answer_by_click(value))
        return button

    def _answer_by_click(self, value: int) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.answered.emit(self.criterion.name, value)
