"""A card with the fields of one record, as ``app.domain.fields`` describes them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.domain.case import Case
from app.domain.errors import InvalidFieldError
from app.domain.fields import (
    CaseField,
    Choice,
    Day,
    FieldValue,
    Note,
    Number,
    Record,
    RecordType,
    Text,
    YesNo,
    fields_of,
)
from app.domain.vocabulary import Vocabulary
from app.translation import N_, _, in_numerals
from app.ui.widgets.card import Card
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.choice_entry import ChoiceEntry, DateEntry
from app.ui.widgets.field import Field
from app.ui.widgets.form_entry import FormEntry
from app.ui.widgets.note_box import NoteBox
from app.ui.widgets.text_field import TextField

_YES_NO = ((N_("Yes"), True), (N_("No"), False))


class RecordCard(Card):
    """The fields of a patient, lesion or visit, each of which is stored as soon as it is entered."""

    edited = Signal()

    def __init__(
        self, title: str, record: RecordType, vocabulary: Vocabulary, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent)
        self._record = record
        self._fields = [field for field in fields_of(record) if field.is_entered]
        self.field_by_name: dict[str, Field] = {
            field.name: self.new_editor(field, vocabulary) for field in self._fields
        }
        self.entry_by_name: dict[str, FormEntry] = {}
        """Those fields whose values can be refused."""
        self._note_by_name: dict[str, NoteBox] = {}
        for name, field in self.field_by_name.items():
            if isinstance(field, FormEntry):
                self.entry_by_name[name] = field
                field.finished.connect(self.edited)
            elif isinstance(field.editor, NoteBox):
                self._note_by_name[name] = field.editor
                field.editor.finished.connect(self.edited)
        self.lay_out(list(self.field_by_name.values()))

    def new_editor(self, field: CaseField, vocabulary: Vocabulary) -> Field:
        """Return the labelled editor of a field."""
        kind = field.kind
        if isinstance(kind, Choice):
            words = ((kind.shown(word), word) for word in vocabulary.permitted[kind.terms])
            return ChoiceEntry(_(field.label), ChoiceBox(words, unknown=kind.unknown))
        if isinstance(kind, YesNo):
            return ChoiceEntry(_(field.label), ChoiceBox(_YES_NO))
        if isinstance(kind, Day):
            return DateEntry(_(field.label))
        if isinstance(kind, Note):
            return Field(_(field.label), NoteBox())
        if isinstance(kind, Number):
            entry = TextField(_(field.label), lambda text: kind.parse(text, datetime.now(UTC).date()))
            entry.line.setPlaceholderText(_(kind.example))
            return entry
        return TextField(_(field.label), _patient_code if field.name == "code" else None)

    def lay_out(self, editors: list[Field]) -> None:
        """Put two fields in a row; what may be long takes the whole width."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(9)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        row, column = 0, 0
        for field, editor in zip(self._fields, editors, strict=True):
            if _is_wide(field):
                row, column = row + column, 0
                grid.addWidget(editor, row, 0, 1, 2)
                row += 1
            else:
                grid.addWidget(editor, row, column, Qt.AlignmentFlag.AlignTop)
                row, column = row + column, 1 - column
        self.body.addLayout(grid)

    def contradictions(self, case: Case) -> Mapping[str, str]:
        """Return what is wrong with stored values that do not go together, by the name of the field."""
        del case
        return {}

    def show_case(self, case: Case, *, keeps: bool) -> None:
        """Show what is stored; ``keeps`` leaves fields with something that is not."""
        wrong = self.contradictions(case)
        for field in self._fields:
            value = case.entered(field)
            if (entry := self.entry_by_name.get(field.name)) is not None:
                entry.show_stored(_raw(field, value), keeps=keeps, flag=wrong.get(field.name, ""))
            else:
                self._note_by_name[field.name].set_text(str(value), keeps_typing=keeps)

    def record_of(self, case: Case) -> Record:
        """Return the record as entered; what is wrong or was refused keeps its stored value."""
        old = case.record(self._record)
        entered: dict[str, object] = {
            name: entry.value_or(getattr(old, name)) for name, entry in self.entry_by_name.items()
        }
        notes = {name: box.toPlainText() for name, box in self._note_by_name.items()}
        return replace(old, **entered, **notes)  # type: ignore[arg-type]  # each editor gives its field's type

    def finish(self) -> None:
        """Hand over what is still being typed."""
        for entry in self.entry_by_name.values():
            entry.hand_over()
        for box in self._note_by_name.values():
            box.finish()


def _is_wide(field: CaseField) -> bool:
    """Say whether a field's values are long: free text, and sites with the regions that they lie in."""
    return isinstance(field.kind, Text | Note) or (
        isinstance(field.kind, Choice) and field.kind.words is not None
    )


def _raw(field: CaseField, value: FieldValue) -> object:
    """Return a stored value as the field's editor holds it."""
    if isinstance(field.kind, Number) and (value is None or isinstance(value, int | float)):
        return in_numerals(field.kind.text(value))
    return value


def _patient_code(text: str) -> str:
    if not text.strip():
        raise InvalidFieldError("code", _("A patient needs a number or code."))
    return text.strip()
