"""Forms that a clinician fills in: proposals to confirm, the total as it comes about, earlier readings."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.domain.ids import ReadingId
from app.domain.readings.caveats import caveats
from app.domain.readings.forms import FORMS, form_named
from app.domain.readings.reading import Reading, newest_by_form
from app.domain.readings.totals import what_is_wrong
from app.domain.vocabulary import Vocabulary
from app.text.figures import moment
from app.text.readings import READING_NOTE, caveat_words, odds_words, proposal_words, total_words
from app.translation import N_, _
from app.ui.panels.readings.criterion_row import AnswerState, ShownAnswer
from app.ui.panels.readings.form_rows import FormRows
from app.ui.panels.readings.reading_draft import ReadingDraft, ReadingDrafts, draft_of
from app.ui.panels.readings.reading_foot import ReadingFoot, say_or_hide
from app.ui.widgets.card import Card
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.labels import plain_label
from app.ui.widgets.scrolled import scrolled
from app.ui.workbench.case_view import CaseView
from app.usecases.readings.propose_reading import MEASURED_FORMS, Proposals

if TYPE_CHECKING:
    from app.domain.case import Case


_KEYS = N_(
    "Keys in a row: a digit answers (1 yes, 0 no), Space confirms a proposal, Delete clears, "
    "up and down go on."
)
_PROPOSING = N_(
    "Dashed answers are proposals: click one, or press Space, to confirm it. They are measured on the "
    "boundary and its colours by cuts of our own, whose accuracy was not measured. Structures are not "
    "proposed."
)


class ReadingPanel(QWidget):
    """One form at a time; what was begun and not recorded is kept per case and form."""

    recorded = Signal(object)
    """ReadingEntry to record."""
    looked_at = Signal(str)
    """Name of the criterion that has the focus; "" when the form changed."""

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._vocabulary = vocabulary
        self._case: Case | None = None
        self._view: CaseView | None = None
        self._proposals: Proposals | None = None
        self._drafts = ReadingDrafts()
        self._form = FORMS[0]
        self._draft = ReadingDraft(self._form)
        self._past: Reading | None = None
        """An earlier reading that is looked at."""
        self.form_box = ChoiceBox((form.label, form.name) for form in FORMS)
        self.form_box.removeItem(0)
        self.form_box.setAccessibleName(_("Form"))
        self.form_box.chosen.connect(self._change_form)
        self._source = plain_label("", "small", wraps=True)
        self._caveat = plain_label("", "warning", wraps=True)
        self._earlier = plain_label("", "warning", wraps=True)
        self._proposing = plain_label("", "small", wraps=True)
        self._evidence = QWidget()
        self.evidence_slot = QVBoxLayout(self._evidence)
        """Takes the switch of the evidence over the image."""
        self.evidence_slot.setContentsMargins(0, 0, 0, 0)
        self._back = QPushButton(_("Back to the newest"))
        self._back.clicked.connect(self._leave_past)
        self.rows = FormRows()
        self.rows.answered.connect(self._answer)
        self.rows.cleared.connect(self._clear)
        self.rows.focused.connect(self.looked_at)
        self.foot = ReadingFoot()
        self.foot.confirm_all.clicked.connect(self._confirm_all)
        self.foot.record.clicked.connect(self.record)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scrolled(self._card()), 1)
        layout.addWidget(self.foot)
        self.show_view(None)

    def show_view(self, view: CaseView | None) -> None:
        """Show a case's newest reading of the chosen form, or what was begun for it."""
        self.keep_draft()
        before, self._view = self._case, view
        self._case = None if view is None else view.case
        self.setEnabled(self._case is not None)
        if self._case is None:
            self._proposals = None
            return
        if before is None or before.image.id != self._case.image.id:
            self._proposals, self._past = None, None
        elif before.readings != self._case.readings:
            for form_name in {one.form for one in self._case.readings[len(before.readings) :]}:
                self._drafts.forget(self._case.image.id, form_name)
        if self._proposals is not None and self._proposals.source.mask != self._case.mask:
            self._proposals = None
        self._fill()

    def show_proposals(self, proposals: Proposals | None) -> None:
        """Take what was measured on the boundary of the case that is shown."""
        is_of_case = proposals is None or (
            self._case is not None and proposals.image_id == self._case.image.id
        )
        if is_of_case:
            self._proposals = proposals
            self._fill()

    def open_reading(self, reading_id: ReadingId) -> None:
        """Show a stored reading; one that is not the newest of its form can only be looked at."""
        if self._case is None:
            return
        found = next((one for one in self._case.readings if one.id == reading_id), None)
        form = None if found is None else form_named(found.form)
        if found is None or form is None:
            return
        self.keep_draft()
        self._form = form
        self.form_box.set_value(form.name)
        self._past = None if found is self._newest else found
        self._fill()
        self.looked_at.emit("")

    @property
    def draft(self) -> ReadingDraft:
        """Return what is confirmed of the chosen form."""
        return self._draft

    @property
    def rests_on_evidence(self) -> bool:
        """Say whether the form is a measured one; an earlier reading may be of another boundary."""
        return self._form.name in MEASURED_FORMS and self._past is None

    @property
    def is_pending(self) -> bool:
        """Say whether something is confirmed that is not recorded."""
        return self._case is not None and self._past is None and self._draft.is_new(self._newest)

    @property
    def has_unrecorded(self) -> bool:
        """Say whether a draft is kept of any case and form; what is shown counts once it was kept."""
        return not self._drafts.is_empty

    def keep_draft(self) -> None:
        """Remember what is confirmed for the case and the form that are shown."""
        if self._case is not None and self._past is None:
            self._drafts.keep(self._case.image.id, self._draft, self._newest)

    def record(self) -> None:
        """Hand the reading over to be recorded."""
        if self.is_pending:
            self.recorded.emit(self._draft.entry(self._proposals))

    @property
    def _newest(self) -> Reading | None:
        return None if self._case is None else newest_by_form(self._case.readings).get(self._form.name)

    def _card(self) -> Card:
        card = Card(_("Reading"))
        for part in (self.form_box, self._source, self._caveat, self._earlier, self._back, self._proposing):
            card.body.addWidget(part)
        card.body.addWidget(self._evidence)
        card.body.addWidget(self.rows)
        for words in (_KEYS, READING_NOTE):
            card.body.addWidget(plain_label(_(words), "small", wraps=True))
        return card

    def _change_form(self) -> None:
        self.keep_draft()
        form = form_named(str(self.form_box.value))
        if form is not None:
            self._form, self._past = form, None
            self._fill()
            self.looked_at.emit("")

    def _leave_past(self) -> None:
        self._past = None
        self._fill()
        self.looked_at.emit("")

    def _fill(self) -> None:
        """Show everything anew from case, form, draft and proposals."""
        if self._case is None:
            return
        if self._past is None:
            self._draft = self._drafts.of(self._case.image.id, self._form, self._newest)
        else:
            self._draft = draft_of(self._form, self._past)
        self.rows.show_form(self._form)
        self.rows.setEnabled(self._past is None)
        self._source.setText(_("Source: {source}").format(source=self._form.source))
        decision = self._case.decision
        known = None if decision is None or not decision.diagnosis else decision.diagnosis
        diagnosis = None if known is None else self._vocabulary.diagnosis(known)
        found = caveats(self._form, self._case.lesion, diagnosis)
        say_or_hide(self._caveat, " ".join(caveat_words(caveat) for caveat in found))
        say_or_hide(self._earlier, self._earlier_words())
        self._back.setVisible(self._past is not None)
        self._evidence.setVisible(self.rests_on_evidence)
        say_or_hide(self._proposing, self._proposing_words())
        self._show_answers()

    def _show_answers(self) -> None:
        proposed = self._open_proposals()
        for name, row in self.rows.row_by_name.items():
            row.show_answer(self._shown(name, proposed))
        self.foot.confirm_all.setVisible(bool(proposed))
        values = self._draft.values
        wrong = what_is_wrong(self._form, values)
        priority = self._view.priority if self._view is not None else None
        odds = "" if wrong or priority is None else odds_words(self._form, values, priority.band)
        self.foot.say(wrong or total_words(self._form, values), odds, self._state_words())
        self.foot.record.setEnabled(self.is_pending and bool(values) and not wrong)
        self.foot.record.setVisible(self._past is None)

    def _open_proposals(self) -> dict[str, int]:
        """Return the proposals for criteria that nobody has answered."""
        if self._proposals is None or self._past is not None:
            return {}
        found = self._proposals.values(self._form.name)
        return {name: value for name, value in found.items() if name not in self._draft.values}

    def _shown(self, name: str, proposed: dict[str, int]) -> ShownAnswer:
        rests_on = ""
        if self._proposals is not None and name in self._proposals.values(self._form.name):
            rests_on = "" if self._past is not None else proposal_words(name, self._proposals.evidence)
        if name in proposed:
            return ShownAnswer(proposed[name], AnswerState.PROPOSED, rests_on)
        if name not in self._draft.values:
            return ShownAnswer(rests_on=rests_on)
        answer = None if (stored := self._past or self._newest) is None else stored.answer(name)
        by = "" if answer is None or name in self._draft.confirmed_now else answer.confirmed_by
        return ShownAnswer(self._draft.values[name], AnswerState.CONFIRMED, rests_on, by)

    def _answer(self, name: str, value: int) -> None:
        self._draft.confirm(name, value)
        self._show_answers()

    def _clear(self, name: str) -> None:
        self._draft.clear(name)
        self._show_answers()

    def _confirm_all(self) -> None:
        for name, value in self._open_proposals().items():
            self._draft.confirm(name, value)
        self._show_answers()

    def _earlier_words(self) -> str:
        if self._past is None:
            return ""
        return _("An earlier reading, by {author}, {moment}; it can only be looked at.").format(
            author=self._past.author, moment=moment(self._past.created_at)
        )

    def _proposing_words(self) -> str:
        """Return on what the proposals rest, or that there are none."""
        if self._form.name not in MEASURED_FORMS or self._past is not None or self._case is None:
            return ""
        if self._case.mask is None:
            return _("There is no boundary yet, so nothing is proposed.")
        newest = self._newest
        if newest is None or newest.is_measured_on(self._case.mask):
            return _(_PROPOSING)
        changed = _("The boundary has changed since this form was recorded.")
        return f"{_(_PROPOSING)} {changed}"

    def _state_words(self) -> str:
        newest = self._newest
        if self._past is not None:
            return ""
        if self.is_pending:
            return _("Not recorded yet.")
        if newest is None:
            return _("No reading of this form has been recorded.")
        return _("Recorded by {author}, {moment}.").format(
            author=newest.author, moment=moment(newest.created_at)
        )
