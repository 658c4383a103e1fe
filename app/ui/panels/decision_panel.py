"""The clinician's own decision, kept apart from what the model said."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.domain.errors import InvalidFieldError
from app.domain.revision import Decision
from app.domain.vocabulary import Diagnosis, Vocabulary
from app.text.figures import moment
from app.translation import _
from app.ui.panels.decision_draft import DecisionDraft, draft_of
from app.ui.panels.decision_keys import DecisionKeys
from app.ui.panels.form_drafts import FormDrafts
from app.ui.widgets.card import Card
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.diagnosis_box import DiagnosisBox
from app.ui.widgets.field import Field, clear_errors, show_refusal
from app.ui.widgets.labels import plain_label
from app.ui.widgets.note_box import NoteBox
from app.ui.workbench.case_view import CaseView

if TYPE_CHECKING:
    from app.domain.case import Case


class DecisionPanel(QWidget):
    """A form for the decision; what was begun and not recorded is kept per case."""

    decision_made = Signal(object)
    """DecisionDraft to record."""
    next_wanted = Signal()
    """What is entered is to be recorded, and the next undecided case to be opened."""
    keys_left = Signal()
    """The keyboard is to go back to the image."""

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._case: Case | None = None
        self._drafts = FormDrafts[DecisionDraft]()
        self._vocabulary = vocabulary
        self._diagnosis = DiagnosisBox(vocabulary.diagnoses, unknown=_("Open"))
        self._confirm = ChoiceBox(
            ((value, value) for value in vocabulary.confirm_types), unknown=_("Not confirmed")
        )
        self._management = ChoiceBox(((value, value) for value in vocabulary.managements), unknown=_("Open"))
        self._comment = NoteBox(4)
        self._record = QPushButton(_("Record decision"))
        self._record.setProperty("role", "primary")
        self._record.clicked.connect(self.record)
        self._state = plain_label("", "small", wraps=True)
        self.keys = DecisionKeys(vocabulary.management_by_key)
        self._connect_keys()
        self.field_by_name = {
            "diagnosis": Field(_("Diagnosis"), self._diagnosis),
            "diagnosis_confirm_type": Field(_("Confirmed by"), self._confirm),
            "management": Field(_("Management"), self._management),
            "comment": Field(_("Comment, also when you disagree with the score"), self._comment),
        }
        for box in (self._diagnosis, self._confirm, self._management):
            box.chosen.connect(self._show_state)
        self._comment.textChanged.connect(self._show_state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(self._card())
        self.outcome_slot = QVBoxLayout()
        layout.addLayout(self.outcome_slot)
        layout.addStretch(1)
        self.show_view(None)

    def show_view(self, view: CaseView | None) -> None:
        """Show a case's decision, or what was begun for it."""
        self.keep_draft()
        was, self._case = self._case, view.case if view is not None else None
        if was is None or self._case is None or was.image.id != self._case.image.id:
            self.keys.hide()
        self.setEnabled(self._case is not None)
        if self._case is None:
            return
        if was is not None and was.image.id == self._case.image.id and was.decision != self._case.decision:
            self._drafts.forget(self._case.image.id)
        self._fill(self._drafts.of(self._case.image.id, draft_of(self._case.decision)))

    def show_error(self, error: InvalidFieldError) -> bool:
        """Show a refused value at its field; False when no field has that name."""
        return show_refusal(self.field_by_name, error)

    @property
    def draft(self) -> DecisionDraft:
        """Return what is entered."""
        comment = self._comment.toPlainText().strip()
        return DecisionDraft(self._diagnosis.word, self._confirm.word, self._management.word, comment)

    @property
    def is_pending(self) -> bool:
        """Say whether something is entered that is not recorded."""
        return self._case is not None and self.draft != draft_of(self._case.decision)

    def set_favourites(self, names: Sequence[str]) -> None:
        """Offer diagnoses under the keys 1 to 9; those of the program where none is named."""
        self.keys.set_favourites(self._vocabulary.favourites_or(names))
        self.keys.show_draft(self.draft)

    def decide_by_keys(self) -> None:
        """Show the keys of diagnoses and managements, and give them the keyboard."""
        if self._case is not None:
            self.keys.show_draft(self.draft)
            self.keys.start()

    def keep_draft(self) -> None:
        """Remember what is entered for the case that is shown."""
        if self._case is not None:
            self._drafts.keep(self._case.image.id, self.draft, is_recorded=not self.is_pending)

    def record(self) -> None:
        """Hand the decision over to be recorded."""
        clear_errors(self.field_by_name)
        self.decision_made.emit(self.draft)

    def _connect_keys(self) -> None:
        self.set_favourites(())
        self.keys.diagnosis_chosen.connect(lambda name: self._choose(self._diagnosis, name))
        self.keys.management_chosen.connect(lambda word: self._choose(self._management, word))
        self.keys.cleared.connect(self._clear_choices)
        self.keys.search_wanted.connect(lambda: self._diagnosis.setFocus(Qt.FocusReason.ShortcutFocusReason))
        self._diagnosis.chosen.connect(self._go_on_with_keys)
        self.keys.record_wanted.connect(self.next_wanted)
        self.keys.left.connect(self._leave_keys)

    def _choose(self, box: ChoiceBox, value: str | None) -> None:
        box.set_value(value)
        self._show_state()

    def _clear_choices(self) -> None:
        for box in (self._diagnosis, self._management):
            self._choose(box, None)

    def _go_on_with_keys(self) -> None:
        """Go back to the keys after a diagnosis was searched for from them, not when its box is left."""
        if self.keys.isVisible() and self._diagnosis.hasFocus():
            self.keys.start()

    def _leave_keys(self) -> None:
        self.keys.hide()
        self.keys_left.emit()

    def _card(self) -> Card:
        card = Card(_("Your decision"))
        card.body.addWidget(
            plain_label(_("Yours alone: the score fills in none of this."), "small", wraps=True)
        )
        card.body.addWidget(self.keys)
        for field in self.field_by_name.values():
            card.body.addWidget(field)
        card.body.addWidget(self._record)
        card.body.addWidget(self._state)
        return card

    def _fill(self, draft: DecisionDraft) -> None:
        if draft != self.draft:
            self._diagnosis.set_value(draft.diagnosis)
            self._confirm.set_value(draft.diagnosis_confirm_type)
            self._management.set_value(draft.management)
            self._comment.set_text(draft.comment)
            clear_errors(self.field_by_name)
        self._show_state()

    def _show_state(self) -> None:
        recorded = self._case.decision if self._case is not None else None
        is_recorded = self.draft == draft_of(recorded)
        self.keys.show_draft(self.draft)
        if is_recorded and self._record.hasFocus():
            # A disabled button hands the focus on, to the search, where the next shortcut would be typed.
            self._record.clearFocus()
        self._record.setEnabled(not is_recorded)
        self._state.setText(_state_words(recorded, is_recorded=is_recorded))


def diagnosis_words(known: Diagnosis) -> str:
    """Return a diagnosis with its first level, as the form offers it."""
    return f"{_(known.name)}  ({_(known.level_1.lower())})"


def _state_words(recorded: Decision | None, *, is_recorded: bool) -> str:
    if not is_recorded:
        return _("Not recorded yet.")
    if recorded is None:
        return _("No decision has been recorded.")
    return _("Recorded by {author}, {moment}.").format(
        author=recorded.author, moment=moment(recorded.created_at)
    )
