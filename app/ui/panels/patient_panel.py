"""The patient, the lesion and the visit: fields of the ISIC dictionary, checked as one types."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.domain import case_fields
from app.domain.case import Case
from app.domain.errors import InvalidFieldError
from app.domain.ids import ImageId
from app.domain.lesion import Lesion, Visit
from app.domain.people.age import Age, age_at_visit
from app.domain.people.patient import Patient
from app.domain.vocabulary import Vocabulary
from app.ui.panels.form_leftovers import FormCard, FormLeftovers
from app.ui.widgets.card import Card
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.choice_entry import ChoiceEntry, DateEntry
from app.ui.widgets.field import Field, Remedy
from app.ui.widgets.form_entry import FormEntry
from app.ui.widgets.note_box import NoteBox
from app.ui.widgets.text_field import TextField
from app.ui.workbench.case_view import CaseView
from app.usecases.patients.visit_date import is_day_of_import
from models.contract.errors import NaevusError

_STANDS_FOR = f"{case_fields.OLDEST_AGE_YEARS} stands for {case_fields.OLDEST_AGE_YEARS} and older."

_DAY_OF_IMPORT = "The day of import: no date was taken from the file."

_CHOICES_OF_A_PATIENT = ("sex", "fitzpatrick_skin_type", "personal_hx_mm", "family_hx_mm")

_YES_NO = (("Yes", True), ("No", False))


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
        self.patient = PatientCard(vocabulary)
        self.lesion = LesionCard(vocabulary)
        self.visit = VisitCard()
        self._cards: dict[FormCard, FormCardWidget] = {
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
            for entry in card.entry_by_name.values():
                entry.hand_over()
        self.patient.notes.finish()
        self.lesion.notes.finish()

    @property
    def has_leftovers(self) -> bool:
        """Say whether something was entered, here or in a case that was left, that is not stored."""
        shown = (entry.leftover for card in self._cards.values() for entry in card.entry_by_name.values())
        return any(leftover is not None for leftover in shown) or not self._leftovers.is_empty

    def hand_over(self, which: FormCard) -> None:
        """Hand over a card's values; those that are wrong or were refused stay as they are stored."""
        if self._case is None:
            return
        if which is FormCard.PATIENT:
            self.patient_edited.emit(self.patient.patient_of(self._case))
        elif which is FormCard.LESION:
            self.lesion_edited.emit(self.lesion.lesion_of(self._case))
        else:
            self.visit_edited.emit(self.visit.visit_of(self._case))

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


class FormCardWidget(Card):
    """A card of fields, each of which is stored as soon as it is entered."""

    edited = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.field_by_name: dict[str, Field] = {}
        self.entry_by_name: dict[str, FormEntry] = {}
        """Those fields whose values can be refused."""

    def show_case(self, case: Case, *, keeps: bool) -> None:
        """Show what is stored; ``keeps`` leaves fields with something that is not."""
        raise NotImplementedError

    def _take_fields(self, **fields: Field) -> None:
        self.field_by_name = fields
        self.entry_by_name = {name: field for name, field in fields.items() if isinstance(field, FormEntry)}
        for entry in self.entry_by_name.values():
            entry.finished.connect(self.edited)


class PatientCard(FormCardWidget):
    """Who the patient is, as far as the case needs it."""

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        super().__init__("Patient", parent)
        self._code = TextField("Patient number", _patient_code)
        self._name = TextField("Name")
        self._birth_year = TextField("Year of birth", _birth_year)
        self._sex = ChoiceBox((value.capitalize(), value) for value in vocabulary.sexes)
        self._skin_type = ChoiceBox((f"Type {value}", value) for value in vocabulary.skin_types)
        self._personal = ChoiceBox(_YES_NO)
        self._family = ChoiceBox(_YES_NO)
        self.notes = NoteBox()
        self._take_fields(
            code=self._code,
            name=self._name,
            birth_year=self._birth_year,
            sex=ChoiceEntry("Sex", self._sex),
            fitzpatrick_skin_type=ChoiceEntry("Skin type (Fitzpatrick)", self._skin_type),
            family_hx_mm=ChoiceEntry("Melanoma in the family", self._family),
            personal_hx_mm=ChoiceEntry("Melanoma before", self._personal),
            notes=Field("Notes on the patient", self.notes),
        )
        _lay_out(self, self.field_by_name, whole_rows=("code", "name", "notes"))
        self.notes.finished.connect(self.edited)

    def show_case(self, case: Case, *, keeps: bool) -> None:
        """Show the stored patient; ``keeps`` leaves fields with something that is not stored."""
        patient = case.patient
        self._code.show_stored(patient.code, keeps=keeps)
        self._name.show_stored(patient.name, keeps=keeps)
        self._birth_year.show_stored(_text(patient.birth_year), keeps=keeps)
        for name in _CHOICES_OF_A_PATIENT:
            self.entry_by_name[name].show_stored(getattr(patient, name), keeps=keeps)
        self.notes.set_text(patient.notes, keeps_typing=keeps)

    def patient_of(self, case: Case) -> Patient:
        """Return the patient as entered; what is wrong or was refused keeps its stored value."""
        old = case.patient
        entered = {name: entry.value_or(getattr(old, name)) for name, entry in self.entry_by_name.items()}
        return replace(old, **entered, notes=self.notes.toPlainText())  # type: ignore[arg-type]


class LesionCard(FormCardWidget):
    """Where the lesion is and how large it is on the skin."""

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        super().__init__("Lesion", parent)
        self._label = TextField("Label")
        self._site = ChoiceBox((value.capitalize(), value) for value in vocabulary.sites)
        self._special = ChoiceBox(((value, value) for value in vocabulary.special_sites), unknown="None")
        self._size = TextField("Longest diameter on the skin", case_fields.diameter_mm)
        self._size.line.setPlaceholderText("for example 6.5 mm")
        self.notes = NoteBox()
        self._take_fields(
            site=ChoiceEntry("Site", self._site),
            site_special=ChoiceEntry("Special site", self._special),
            label=self._label,
            clin_size_long_diam_mm=self._size,
            notes=Field("Notes on the lesion", self.notes),
        )
        _lay_out(self, self.field_by_name, whole_rows=("label", "clin_size_long_diam_mm", "notes"))
        self.notes.finished.connect(self.edited)

    def show_case(self, case: Case, *, keeps: bool) -> None:
        """Show the stored lesion; ``keeps`` leaves fields with something that is not stored."""
        lesion = case.lesion
        contradiction = _sentence_of(lambda: case_fields.check_site(lesion))
        self._label.show_stored(lesion.label, keeps=keeps)
        self.entry_by_name["site"].show_stored(lesion.site, keeps=keeps)
        self.entry_by_name["site_special"].show_stored(lesion.site_special, keeps=keeps, flag=contradiction)
        size = lesion.clin_size_long_diam_mm
        self._size.show_stored("" if size is None else f"{size:g} mm", keeps=keeps)
        self.notes.set_text(lesion.notes, keeps_typing=keeps)

    def lesion_of(self, case: Case) -> Lesion:
        """Return the lesion as entered; what is wrong or was refused keeps its stored value."""
        old = case.lesion
        entered = {name: entry.value_or(getattr(old, name)) for name, entry in self.entry_by_name.items()}
        return replace(old, **entered, notes=self.notes.toPlainText())  # type: ignore[arg-type]


class VisitCard(FormCardWidget):
    """When the image was taken and how old the patient was."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Visit", parent)
        self._age = TextField("Age at the visit", case_fields.age_years, tidied=_tidied_age)
        self._computed: Age | None = None
        self._take_fields(visited_on=DateEntry("Date"), age_years=self._age)
        row = QHBoxLayout()
        row.setSpacing(12)
        for field in self.field_by_name.values():
            row.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
        self._age.line.textChanged.connect(lambda _text: self._show_age_hint())

    def show_case(self, case: Case, *, keeps: bool) -> None:
        """Show the stored visit; ``keeps`` leaves fields with something that is not stored."""
        contradiction = _sentence_of(lambda: case_fields.check_age(case.patient, case.visit))
        date_entry = self.entry_by_name["visited_on"]
        date_entry.show_hint(_DAY_OF_IMPORT if is_day_of_import(case) else "")
        date_entry.show_stored(case.visit.visited_on, keeps=keeps)
        self._computed = age_at_visit(case.patient, replace(case.visit, age_years=None))
        self._age.show_stored(_text(case.visit.age_years), keeps=keeps, flag=contradiction)
        self._age.line.setPlaceholderText(
            "" if self._computed is None else f"{self._computed.years}, computed"
        )
        self._show_age_hint()

    def visit_of(self, case: Case) -> Visit:
        """Return the visit as entered; what is wrong or was refused keeps its stored value."""
        old = case.visit
        entered = {name: entry.value_or(getattr(old, name)) for name, entry in self.entry_by_name.items()}
        return replace(old, **entered)  # type: ignore[arg-type]

    def _show_age_hint(self) -> None:
        self._age.show_hint(_age_hint(self._age.line.text(), self._computed))


def _lay_out(card: Card, field_by_name: Mapping[str, Field], whole_rows: Collection[str]) -> None:
    """Put two fields in a row; those whose text or name needs it have a row of their own."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(9)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    row, column = 0, 0
    for name, field in field_by_name.items():
        if name in whole_rows:
            row, column = row + column, 0
            grid.addWidget(field, row, 0, 1, 2)
            row += 1
        else:
            grid.addWidget(field, row, column, Qt.AlignmentFlag.AlignTop)
            row, column = row + column, 1 - column
    card.body.addLayout(grid)


def _sentence_of(check: Callable[[], None]) -> str:
    """Return what a check has against stored values; "" when nothing."""
    try:
        check()
    except InvalidFieldError as error:
        return str(error)
    return ""


def _tidied_age(typed: str) -> str:
    """Return an age as it is kept."""
    return _text(case_fields.age_years(typed))


def _patient_code(text: str) -> str:
    if not text.strip():
        raise InvalidFieldError("code", "A patient needs a number or code.")
    return text.strip()


def _birth_year(text: str) -> int | None:
    return case_fields.birth_year(text, today=datetime.now(UTC).date())


def _age_hint(typed: str, computed: Age | None) -> str:
    """Say what is kept of a typed age, or how the age is known when none is typed."""
    oldest = case_fields.OLDEST_AGE_YEARS
    if typed.strip() or computed is None:
        digits = typed.strip().removesuffix("+")
        is_capped = digits.isdecimal() and int(digits) > oldest
        return f"{digits} is kept as {oldest}, for {oldest} and older." if is_capped else _STANDS_FOR
    if computed.years <= oldest:
        return f"{computed.years}, computed from the year of birth."
    return f"{computed.years}, computed from the year of birth; the model and exports take {oldest}."


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
