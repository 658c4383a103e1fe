"""The patient, the lesion and the visit: fields of the ISIC dictionary, checked as one types."""

from dataclasses import replace
from datetime import UTC, date, datetime

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import QDateEdit, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.domain import case_fields
from app.domain.age import Age, age_at_visit
from app.domain.case import Case
from app.domain.errors import InvalidFieldError
from app.domain.lesion import Lesion, Visit
from app.domain.patient import Patient
from app.domain.vocabulary import Vocabulary
from app.ui.case_view import CaseView
from app.ui.widgets.card import Card
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.field import Field
from app.ui.widgets.note_box import NoteBox
from app.ui.widgets.text_field import TextField
from app.usecases.visit_day import is_day_of_import

_STANDS_FOR = f"{case_fields.OLDEST_AGE_YEARS} stands for {case_fields.OLDEST_AGE_YEARS} and older."

_DAY_OF_IMPORT = "The day of import: no date was taken from the file."

_YES_NO = (("Yes", True), ("No", False))


class PatientPanel(QWidget):
    """Three cards; every finished field is handed over at once."""

    patient_edited = Signal(object)
    """Patient as it should be stored."""
    lesion_edited = Signal(object)
    """Lesion as it should be stored."""
    visit_edited = Signal(object)
    """Visit as it should be stored."""

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._case: Case | None = None
        self.patient = PatientCard(vocabulary)
        self.lesion = LesionCard(vocabulary)
        self.visit = VisitCard()
        self.patient.edited.connect(self._hand_over_patient)
        self.lesion.edited.connect(self._hand_over_lesion)
        self.visit.edited.connect(self._hand_over_visit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(10)
        for card in (self.patient, self.lesion, self.visit):
            layout.addWidget(card)
        layout.addStretch(1)
        self.show_view(None)

    def show_view(self, view: CaseView | None) -> None:
        """Show a case's details."""
        before, self._case = self._case, view.case if view is not None else None
        self.setEnabled(self._case is not None)
        if self._case is not None:
            keeps = before is not None and before.image.id == self._case.image.id
            for card in (self.patient, self.lesion, self.visit):
                card.show_case(self._case, keeps=keeps)

    def show_error(self, error: InvalidFieldError) -> bool:
        """Show a refused value at its field; False when no field of this panel has that name."""
        for card in (self.patient, self.lesion, self.visit):
            if (field := card.field_by_name.get(error.field)) is not None:
                field.show_error(str(error))
                return True
        return False

    def finish(self) -> None:
        """Hand over notes that are still being typed."""
        self.patient.notes.finish()
        self.lesion.notes.finish()

    def _hand_over_patient(self) -> None:
        if self._case is not None:
            patient = self.patient.patient_of(self._case)
            self._case = replace(self._case, patient=patient)
            self.patient_edited.emit(patient)

    def _hand_over_lesion(self) -> None:
        if self._case is not None:
            lesion = self.lesion.lesion_of(self._case)
            self._case = replace(self._case, lesion=lesion)
            self.lesion_edited.emit(lesion)

    def _hand_over_visit(self) -> None:
        if self._case is not None:
            visit = self.visit.visit_of(self._case)
            self._case = replace(self._case, visit=visit)
            self.visit_edited.emit(visit)


class PatientCard(Card):
    """Who the patient is, as far as the case needs it."""

    edited = Signal()

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
        self.field_by_name = {
            "code": self._code.field,
            "name": self._name.field,
            "birth_year": self._birth_year.field,
            "sex": Field("Sex", self._sex),
            "fitzpatrick_skin_type": Field("Skin type (Fitzpatrick)", self._skin_type),
            "personal_hx_mm": Field("Melanoma before", self._personal),
            "family_hx_mm": Field("Melanoma in the family", self._family),
            "notes": Field("Notes on the patient", self.notes),
        }
        _lay_out(self, [self._code, self._name, self._birth_year, *list(self.field_by_name.values())[3:]])
        for line in (self._code, self._name, self._birth_year):
            line.finished.connect(self.edited)
        for box in (self._sex, self._skin_type, self._personal, self._family):
            box.chosen.connect(self.edited)
        self.notes.finished.connect(self.edited)

    def show_case(self, case: Case, *, keeps: bool) -> None:
        """Show the stored patient; ``keeps`` leaves fields that are being typed in."""
        patient = case.patient
        self._code.set_text(patient.code, keeps_typing=keeps)
        self._name.set_text(patient.name, keeps_typing=keeps)
        self._birth_year.set_text(_text(patient.birth_year), keeps_typing=keeps)
        self._sex.set_value(patient.sex)
        self._skin_type.set_value(patient.fitzpatrick_skin_type)
        self._personal.set_value(patient.personal_hx_mm)
        self._family.set_value(patient.family_hx_mm)
        self.notes.set_text(patient.notes, keeps_typing=keeps)

    def patient_of(self, case: Case) -> Patient:
        """Return the patient as entered; lines with a mistake keep their stored value."""
        old = case.patient
        return replace(
            old,
            code=self._code.line.text().strip() if self._code.is_valid else old.code,
            name=self._name.line.text().strip(),
            birth_year=_birth_year(self._birth_year.line.text())
            if self._birth_year.is_valid
            else old.birth_year,
            sex=self._sex.word,
            fitzpatrick_skin_type=self._skin_type.word,
            personal_hx_mm=self._personal.answer,
            family_hx_mm=self._family.answer,
            notes=self.notes.toPlainText(),
        )


class LesionCard(Card):
    """Where the lesion is and how large it is on the skin."""

    edited = Signal()

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        super().__init__("Lesion", parent)
        self._label = TextField("Label")
        self._site = ChoiceBox((value.capitalize(), value) for value in vocabulary.sites)
        self._special = ChoiceBox(((value, value) for value in vocabulary.special_sites), unknown="None")
        self._size = TextField("Longest diameter on the skin", case_fields.diameter_mm)
        self._size.line.setPlaceholderText("for example 6.5 mm")
        self.notes = NoteBox()
        self.field_by_name = {
            "label": self._label.field,
            "site": Field("Site", self._site),
            "site_special": Field("Special site", self._special),
            "clin_size_long_diam_mm": self._size.field,
            "notes": Field("Notes on the lesion", self.notes),
        }
        _lay_out(
            self,
            [
                self.field_by_name["site"],
                self.field_by_name["site_special"],
                self._label,
                self._size,
                self.field_by_name["notes"],
            ],
        )
        for line in (self._label, self._size):
            line.finished.connect(self.edited)
        for box in (self._site, self._special):
            box.chosen.connect(self.edited)
        self.notes.finished.connect(self.edited)

    def show_case(self, case: Case, *, keeps: bool) -> None:
        """Show the stored lesion; ``keeps`` leaves fields that are being typed in."""
        lesion = case.lesion
        self._label.set_text(lesion.label, keeps_typing=keeps)
        self._site.set_value(lesion.site)
        self._special.set_value(lesion.site_special)
        size = lesion.clin_size_long_diam_mm
        self._size.set_text("" if size is None else f"{size:g} mm", keeps_typing=keeps)
        self.notes.set_text(lesion.notes, keeps_typing=keeps)

    def lesion_of(self, case: Case) -> Lesion:
        """Return the lesion as entered; a line with a mistake keeps its stored value."""
        old = case.lesion
        size = (
            case_fields.diameter_mm(self._size.line.text())
            if self._size.is_valid
            else old.clin_size_long_diam_mm
        )
        return replace(
            old,
            label=self._label.line.text().strip(),
            site=self._site.word,
            site_special=self._special.word,
            clin_size_long_diam_mm=size,
            notes=self.notes.toPlainText(),
        )


class VisitCard(Card):
    """When the image was taken and how old the patient was."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Visit", parent)
        self._date = QDateEdit()
        self._date.setCalendarPopup(True)
        self._date.setDisplayFormat("dd MMM yyyy")
        self._age = TextField("Age at the visit", case_fields.age_years)
        self._computed: Age | None = None
        self.field_by_name = {"visited_on": Field("Date", self._date), "age_years": self._age.field}
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.field_by_name["visited_on"], 1, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._age, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
        self._date.editingFinished.connect(self._finish_date)
        self._age.line.textChanged.connect(lambda _text: self._show_age_hint())
        self._age.finished.connect(self._finish_age)
        self._settled = QDate()

    def show_case(self, case: Case, *, keeps: bool) -> None:
        """Show the stored visit; ``keeps`` leaves fields that are being typed in."""
        on = case.visit.visited_on
        self._settled = QDate(on.year, on.month, on.day)
        self._date.setDate(self._settled)
        self.field_by_name["visited_on"].show_error("")
        self.field_by_name["visited_on"].show_hint(_DAY_OF_IMPORT if is_day_of_import(case) else "")
        self._computed = age_at_visit(case.patient, replace(case.visit, age_years=None))
        self._age.set_text(_text(case.visit.age_years), keeps_typing=keeps)
        self._age.line.setPlaceholderText(
            "" if self._computed is None else f"{self._computed.years}, computed"
        )
        self._show_age_hint()

    def visit_of(self, case: Case) -> Visit:
        """Return the visit as entered; a line with a mistake keeps its stored value."""
        on = self._date.date()
        age = case_fields.age_years(self._age.line.text()) if self._age.is_valid else case.visit.age_years
        return replace(case.visit, visited_on=date(on.year(), on.month(), on.day()), age_years=age)

    def _show_age_hint(self) -> None:
        self._age.field.show_hint(_age_hint(self._age.line.text(), self._computed))

    def _finish_age(self) -> None:
        """Show the age as it is kept, then hand it over."""
        self._age.set_text(_text(case_fields.age_years(self._age.line.text())))
        self.edited.emit()

    def _finish_date(self) -> None:
        if self._date.date() != self._settled:
            self._settled = self._date.date()
            self.edited.emit()


def _lay_out(card: Card, parts: list[QWidget]) -> None:
    """Put two fields in a row; the last one, a note, takes the whole width."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(9)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    *pairs, last = parts
    for index, part in enumerate(pairs):
        grid.addWidget(part, index // 2, index % 2, Qt.AlignmentFlag.AlignTop)
    grid.addWidget(last, (len(pairs) + 1) // 2, 0, 1, 2)
    card.body.addLayout(grid)


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
