"""What became of the lesion, entered once it is known; the decision above it stays as it was."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.domain.errors import InvalidFieldError
from app.domain.outcome import LesionOutcome
from app.domain.vocabulary import Vocabulary
from app.text.figures import moment
from app.translation import _
from app.ui.panels.form_drafts import FormDrafts
from app.ui.widgets.card import Card
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.day_box import DayBox
from app.ui.widgets.diagnosis_box import DiagnosisBox
from app.ui.widgets.field import Field, clear_errors, show_refusal
from app.ui.widgets.labels import plain_label
from app.ui.widgets.note_box import NoteBox
from app.ui.workbench.case_view import CaseView

if TYPE_CHECKING:
    from app.domain.case import Case


@dataclass(frozen=True)
class OutcomeDraft:
    """An outcome as entered."""

    diagnosis: str | None
    confirm_type: str | None
    known_on: date
    note: str = ""


class LesionOutcomeCard(Card):
    """A form for the outcome; what was begun and not recorded is kept per case."""

    outcome_entered = Signal(object)
    """OutcomeDraft to record."""
    withdrawal_requested = Signal()

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        super().__init__(_("Outcome, once known"), parent)
        self._case: Case | None = None
        self._drafts = FormDrafts[OutcomeDraft]()
        self._diagnosis = DiagnosisBox(vocabulary.diagnoses, unknown=_("Not known yet"))
        self._confirm = ChoiceBox(
            ((value, value) for value in vocabulary.confirm_types), unknown=_("Not chosen")
        )
        self._day = DayBox()
        self._note = NoteBox(2)
        self.field_by_name = {
            "outcome_diagnosis": Field(_("Diagnosis found"), self._diagnosis),
            "outcome_confirm_type": Field(_("Found by"), self._confirm),
            "outcome_known_on": Field(_("Day of the finding"), self._day),
            "outcome_note": Field(_("Note on the outcome"), self._note),
        }
        self.record_button = QPushButton(_("Record outcome"))
        self.withdraw_button = QPushButton(_("Take back"))
        self._state = plain_label("", "small", wraps=True)
        self._build()
        self.show_view(None)

    def show_view(self, view: CaseView | None) -> None:
        """Show the outcome of a case, or what was begun for it."""
        self.keep_draft()
        was, self._case = self._case, view.case if view is not None else None
        self.setEnabled(self._case is not None)
        if self._case is None:
            return
        image_id = self._case.image.id
        if was is not None and was.image.id == image_id and was.outcomes != self._case.outcomes:
            self._drafts.forget(image_id)
        self._fill(self._drafts.of(image_id, _draft_of(self._case.outcome)))

    def show_error(self, error: InvalidFieldError) -> bool:
        """Show a refused value at its field; False when no field has that name."""
        return show_refusal(self.field_by_name, error)

    @property
    def draft(self) -> OutcomeDraft:
        """Return what is entered."""
        note = self._note.toPlainText().strip()
        return OutcomeDraft(self._diagnosis.word, self._confirm.word, self._day.day, note)

    def keep_draft(self) -> None:
        """Remember what is entered for the case that is shown."""
        if self._case is not None:
            self._drafts.keep(self._case.image.id, self.draft, is_recorded=self._is_recorded)

    @property
    def _is_recorded(self) -> bool:
        """Say whether the form shows what is stored; the day alone says nothing as long as nothing is."""
        outcome = self._case.outcome if self._case is not None else None
        if outcome is None:
            draft = self.draft
            return not (draft.diagnosis or draft.confirm_type or draft.note)
        return self.draft == _draft_of(outcome)

    def _build(self) -> None:
        hint = _(
            "What the lesion turned out to be. It holds for all images of the lesion up to that day that "
            "have no other outcome; the decision stays as it is."
        )
        self.body.addWidget(plain_label(hint, "small", wraps=True))
        for field in self.field_by_name.values():
            self.body.addWidget(field)
        buttons = QHBoxLayout()
        buttons.addWidget(self.record_button, 1)
        buttons.addWidget(self.withdraw_button)
        self.body.addLayout(buttons)
        self.body.addWidget(self._state)
        for box in (self._diagnosis, self._confirm):
            box.chosen.connect(self._show_state)
        self._day.dateChanged.connect(self._show_state)
        self._note.textChanged.connect(self._show_state)
        self.record_button.clicked.connect(self._record)
        self.withdraw_button.clicked.connect(self.withdrawal_requested)
        self.withdraw_button.setToolTip(_("The outcome was entered by mistake; the history keeps it"))

    def _record(self) -> None:
        clear_errors(self.field_by_name)
        self.outcome_entered.emit(self.draft)

    def _fill(self, draft: OutcomeDraft) -> None:
        if draft != self.draft:
            self._diagnosis.set_value(draft.diagnosis)
            self._confirm.set_value(draft.confirm_type)
            self._day.set_day(draft.known_on)
            self._note.set_text(draft.note)
            clear_errors(self.field_by_name)
        self._show_state()

    def _show_state(self) -> None:
        outcome = self._case.outcome if self._case is not None else None
        is_recorded = self._is_recorded
        for button in (self.record_button, self.withdraw_button):
            if button.hasFocus():
                # A disabled or hidden button hands the focus on, to where the next shortcut would be typed.
                button.clearFocus()
        self.record_button.setEnabled(not is_recorded)
        self.withdraw_button.setVisible(outcome is not None)
        self._state.setText(_state_words(outcome, is_recorded=is_recorded))


def _draft_of(outcome: LesionOutcome | None) -> OutcomeDraft:
    if outcome is None:
        return OutcomeDraft(None, None, datetime.now().astimezone().date())
    return OutcomeDraft(outcome.diagnosis, outcome.confirm_type, outcome.known_on, outcome.note)


def _state_words(outcome: LesionOutcome | None, *, is_recorded: bool) -> str:
    if not is_recorded:
        return _("Not recorded yet.")
    if outcome is None:
        return _("No outcome has been recorded.")
    return _("Recorded by {author}, {moment}.").format(
        author=outcome.author, moment=moment(outcome.created_at)
    )
