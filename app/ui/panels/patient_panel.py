"""The patient, the lesion and the visit: fields of the ISIC dictionary, checked as one types."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain import case_fields
from app.domain.case import Case
from app.domain.case_checks import check_age, check_site
from app.domain.errors import InvalidFieldError
from app.domain.fields import CaseField, Choice
from app.domain.ids import ImageId
from app.domain.lesion import Lesion, Visit
from app.domain.people.age import Age, age_at_visit
from app.domain.people.patient import Patient
from app.domain.vocabulary import Vocabulary
from app.translation import N_, _
from app.ui.panels.form_leftovers import FormCard, FormLeftovers
from app.ui.panels.record_card import RecordCard
from app.ui.widgets.choice_entry import ChoiceEntry
from app.ui.widgets.field import Field, Remedy
from app.ui.widgets.site_box import SiteBox
from app.ui.widgets.text_field import TextField
from app.ui.workbench.case_view import CaseView
from app.usecases.patients.visit_date import is_day_of_import
from models.contract.errors import NaevusError

_DAY_OF_IMPORT = N_("The day of import: no date was taken from the file.")


class PatientPanel(QWidget):
    """Three cards; every finished field is handed over at once, and what is refused stays in its field."""

    patient_edited = Signal(object)
    """Patient as it should be stored."""
    lesion_edited = Signal(object)
    """Lesion as it should be stored."""
    visit_edited = Signal(object)
    """Visit as it should be stored."""
    left_unstored = Signal(str, str)
    """Id of an image whose case was left, and the sentence about what is not stored of it."""

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._case: Case | None = None
        self._leftovers = FormLeftovers()
        self.patient = RecordCard(_("Patient"), Patient, vocabulary)
        self.lesion = LesionCard(vocabulary)
        self.visit = VisitCard(vocabulary)
        self._cards: dict[FormCard, RecordCard] = {
            FormCard.PATIENT: self.patient,
            FormCard.LESION: self.lesion,
            FormCard.VISIT: self.visit,
        }
        self.patient.edited.connect(lambda: self.hand_over(FormCard.PATIENT))
        self.lesion.edited.connect(lambda: self.hand_over(FormCard.LESION))
        self.visit.edited.connect(lambda: self.hand_over(FormCard.VISIT))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(10)
        for card in self._cards.values():
            layout.addWidget(card)
        layout.addStretch(1)
        self.show_view(None)

    def show_view(self, view: CaseView | None) -> None:
        """Show a case's details, and what was entered and not stored of it."""
        case = view.case if view is not None else None
        is_same = case is not None and self._case is not None and case.image.id == self._case.image.id
        if not is_same:
            self._leave()
        self._case = case
        self.setEnabled(case is not None)
        if case is None:
            return
        for card in self._cards.values():
            card.show_case(case, keeps=is_same)
        if not is_same:
            for which, name, leftover in self._leftovers.take(case.image.id):
                self._cards[which].entry_by_name[name].restore(leftover)

    def show_error(self, error: InvalidFieldError) -> bool:
        """Show a refused value at its field; False when no field of this panel has that name."""
        which = next(
            (which for which, card in self._cards.items() if error.field in card.field_by_name), None
        )
        return which is not None and self._refuse(which, error.field, str(error), None)

    def take_refusal(
        self, image_id: ImageId, which: FormCard, error: NaevusError, remedy: Remedy | None = None
    ) -> bool:
        """Mark what was refused of a card's values, at its fields or, for a case that was left, for later.

        A refusal that names no field concerns everything that was handed over. False when that is nothing.
        """
        named = error.field if isinstance(error, InvalidFieldError) else None
        if self._case is None or self._case.image.id != image_id:
            sentence = self._leftovers.refuse(image_id, which, named, str(error), remedy)
            if sentence:
                self.left_unstored.emit(str(image_id), sentence)
            return bool(sentence)
        if named is not None:
            return self._refuse(which, named, str(error), remedy)
        waiting = [
            name for name, entry in self._cards[which].entry_by_name.items() if entry.handed_over is not None
        ]
        for name in waiting:
            self._refuse(which, name, str(error), remedy)
        return bool(waiting)

    def finish(self) -> None:
        """Hand over what is still being typed."""
        for card in self._cards.values():
            card.finish()

    @property
    def has_leftovers(self) -> bool:
        """Say whether something was entered, here or in a case that was left, that is not stored."""
        shown = (entry.leftover for card in self._cards.values() for entry in card.entry_by_name.values())
        return any(leftover is not None for leftover in shown) or not self._leftovers.is_empty

    def hand_over(self, which: FormCard) -> None:
        """Hand over a card's values; those that are wrong or were refused stay as they are stored."""
        if self._case is None:
            return
        edited = {
            FormCard.PATIENT: self.patient_edited,
            FormCard.LESION: self.lesion_edited,
            FormCard.VISIT: self.visit_edited,
        }
        edited[which].emit(self._cards[which].record_of(self._case))

    def _refuse(self, which: FormCard, name: str, sentence: str, remedy: Remedy | None) -> bool:
        card = self._cards[which]
        if (entry := card.entry_by_name.get(name)) is not None:
            entry.refuse(sentence, remedy)
        elif (field := card.field_by_name.get(name)) is not None:
            field.show_error(sentence, remedy)
        else:
            return False
        return True

    def _leave(self) -> None:
        """Keep what the case that is left has in its fields and not in the store, and say so."""
        if self._case is None:
            return
        entries = [
            (which, name, entry)
            for which, card in self._cards.items()
            for name, entry in card.entry_by_name.items()
        ]
        if sentence := self._leftovers.keep(self._case.image.id, self._case.patient.code, entries):
            self.left_unstored.emit(str(self._case.image.id), sentence)


class LesionCard(RecordCard):
    """Where the lesion is and how large it is on the skin."""

    body_map_requested = Signal()

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        super().__init__(_("Lesion"), Lesion, vocabulary, parent)

    def contradictions(self, case: Case) -> Mapping[str, str]:
        """Return what is wrong with a special site that does not go with the site."""
        return {"site_special": _sentence_of(lambda: check_site(case.lesion))}

    def new_editor(self, field: CaseField, vocabulary: Vocabulary) -> Field:
        """Return the labelled editor of a field; the exact site is searched by typing."""
        kind = field.kind
        if field.name != "anatomic_site" or not isinstance(kind, Choice):
            return super().new_editor(field, vocabulary)
        words = ((kind.shown(word), word) for word in vocabulary.permitted[kind.terms])
        return ChoiceEntry(_(field.label), SiteBox(words, unknown=kind.unknown))

    def lay_out(self, editors: list[Field]) -> None:
        """Put the way to the body map below the fields."""
        super().lay_out(editors)
        button = QPushButton(_("Body map…"))
        button.setToolTip(_("Choose the site on a figure, and see where the other lesions are"))
        button.clicked.connect(self.body_map_requested)
        self.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)


class VisitCard(RecordCard):
    """When the image was taken and how old the patient was."""

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        self._computed: Age | None = None
        super().__init__(_("Visit"), Visit, vocabulary, parent)
        self._age.line.textChanged.connect(lambda _text: self._show_age_hint())

    def new_editor(self, field: CaseField, vocabulary: Vocabulary) -> Field:
        """Return the labelled editor of a field; a typed age is shown as it is kept."""
        if field.name != "age_years":
            return super().new_editor(field, vocabulary)
        self._age = TextField(_(field.label), case_fields.age_years, tidied=_tidied_age)
        return self._age

    def lay_out(self, editors: list[Field]) -> None:
        """Put the fields in a row."""
        row = QHBoxLayout()
        row.setSpacing(12)
        for editor in editors:
            row.addWidget(editor, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)

    def contradictions(self, case: Case) -> Mapping[str, str]:
        """Return what is wrong with an age that does not go with the year of birth."""
        return {"age_years": _sentence_of(lambda: check_age(case.patient, case.visit))}

    def show_case(self, case: Case, *, keeps: bool) -> None:
        """Show the stored visit; ``keeps`` leaves fields with something that is not stored."""
        self.field_by_name["visited_on"].show_hint(_(_DAY_OF_IMPORT) if is_day_of_import(case) else "")
        self._computed = age_at_visit(case.patient, replace(case.visit, age_years=None))
        super().show_case(case, keeps=keeps)
        self._age.line.setPlaceholderText(
            "" if self._computed is None else _("{years}, computed").format(years=self._computed.years)
        )
        self._show_age_hint()

    def _show_age_hint(self) -> None:
        self._age.show_hint(_age_hint(self._age.line.text(), self._computed))


def _sentence_of(check: Callable[[], None]) -> str:
    """Return what a check has against stored values; "" when nothing."""
    try:
        check()
    except InvalidFieldError as error:
        return str(error)
    return ""


def _tidied_age(typed: str) -> str:
    """Return an age as it is kept."""
    age = case_fields.age_years(typed)
    return "" if age is None else str(age)


def _age_hint(typed: str, computed: Age | None) -> str:
    """Say what is kept of a typed age, or how the age is known when none is typed."""
    oldest = case_fields.OLDEST_AGE_YEARS
    if typed.strip() or computed is None:
        digits = typed.strip().removesuffix("+")
        is_capped = digits.isdecimal() and int(digits) > oldest
        return (
            _("{digits} is kept as {oldest}, for {oldest} and older.").format(digits=digits, oldest=oldest)
            if is_capped
            else _("{oldest} stands for {oldest} and older.").format(oldest=oldest)
        )
    if computed.years <= oldest:
        return _("{years}, computed from the year of birth.").format(years=computed.years)
    return _("{years}, computed from the year of birth; the model and exports take {oldest}.").format(
        years=computed.years, oldest=oldest
    )
