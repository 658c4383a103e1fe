"""Every field of a case that is entered or read from a file, described once.

Forms, checks, history, tables, reports, de-identification and the inputs of the score follow this list.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final, TypeAlias, TypeVar

from app.domain import case_fields
from app.domain.anatomic_sites import exact_site_words
from app.domain.audit import EditedValue, FieldEdit
from app.domain.image import DermoscopicImage
from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.translation import N_, _

Record: TypeAlias = Patient | Lesion | Visit | DermoscopicImage
RecordType: TypeAlias = type[Patient] | type[Lesion] | type[Visit] | type[DermoscopicImage]
FieldValue: TypeAlias = str | int | float | bool | date | None
Edited = TypeVar("Edited", Patient, Lesion, Visit)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the permitted words of a list, or none."""

    terms: str
    """Name of the list in resources/terms/case_fields.toml."""
    is_capitalised: bool = False
    """Whether the form writes a word with a capital letter."""
    pattern: str = ""
    """The sentence into which the form puts a word; "" = none."""
    unknown: str = N_("Not known")
    """What the form calls no choice."""
    words: Callable[[str], str] | None = None
    """How a word is said where the catalogue alone does not say it."""

    def shown(self, word: str) -> str:
        """Return a stored word as the form writes it, in the language in use."""
        if self.words is not None:
            return self.words(word)
        if self.pattern:
            return _(self.pattern).format(word=word)
        said = _(word)
        return said[:1].upper() + said[1:] if self.is_capitalised else said


@dataclass(frozen=True, slots=True)
class YesNo:
    """Yes, no, or not known."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, or none."""

    parse: Callable[[str, date], int | float | None]
    """From what was typed, and today, to what may be stored; raises InvalidFieldError."""
    unit: str = ""
    example: str = ""

    def text(self, value: float | None) -> str:
        """Return a number with its unit, "" for none."""
        return "" if value is None else f"{value:g} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Text:
    """A line of free text, "" when nothing is known."""


@dataclass(frozen=True, slots=True)
class Note:
    """Several lines of free text."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar."""


Kind: TypeAlias = Choice | YesNo | Number | Text | Note | Day


@dataclass(frozen=True, slots=True)
class CaseField:
    """What forms, tables, reports, de-identification and the score need to know of one field of a case."""

    of: RecordType
    name: str
    """Name of the field in its record, in the stored table and in the audit trail."""
    label: str
    """In forms and reports."""
    kind: Kind
    column: str | None
    """In exported tables: the ISIC dictionary's where it has the field; None = never exported."""
    identifies: bool = False
    """Whether it may tell who the patient is, so that it stays out of de-identified exports."""
    is_entered: bool = True
    """Whether the form has it; the others are only read from files."""
    words: str = ""
    """In sentences about what was edited; "" = the label without its capital."""
    model_input: str | None = None
    """The column of the score model's table that it is."""
    feeds: str | None = None
    """The column of the score model's table that it helps to compute where that is not entered."""
    input_words: str = ""
    """What the score's explanations call it where that differs from ``words``."""

    @property
    def in_sentence(self) -> str:
        """Return what the history calls the field."""
        return self.words or self.label[:1].lower() + self.label[1:]

    def value_in(self, record: Record) -> FieldValue:
        """Return the field's value in a record of its type."""
        value: FieldValue = getattr(record, self.name)
        return value


FIELDS: Final[tuple[CaseField, ...]] = (
    CaseField(Patient, "code", N_("Patient number"), Text(), "patient_id", identifies=True),
    CaseField(Patient, "name", N_("Name"), Text(), "patient_name", identifies=True),
    CaseField(
        Patient,
        "issuer",
        N_("Issuer of the patient number"),
        Text(),
        "patient_id_issuer",
        identifies=True,
        is_entered=False,
    ),
    CaseField(
        Patient,
        "birth_year",
        N_("Year of birth"),
        Number(lambda text, today: case_fields.birth_year(text, today=today)),
        "birth_year",
        identifies=True,
        feeds="age_approx",
    ),
    CaseField(Patient, "birthday", N_("Day of birth"), Text(), None, identifies=True, is_entered=False),
    CaseField(
        Visit,
        "visited_on",
        N_("Date"),
        Day(),
        "visited_on",
        identifies=True,
        words=N_("date of the visit"),
        feeds="age_approx",
    ),
    CaseField(
        Visit,
        "age_years",
        N_("Age at the visit"),
        Number(lambda text, _today: case_fields.age_years(text)),
        "age",
        words="age",
        model_input="age_approx",
    ),
    CaseField(Patient, "sex", N_("Sex"), Choice("sex", is_capitalised=True), "sex", model_input="sex"),
    CaseField(
        Lesion,
        "site",
        N_("Site"),
        Choice("site", is_capitalised=True),
        "anatom_site_general",
        model_input="anatom_site_general",
        input_words=N_("body site"),
    ),
    CaseField(
        Lesion,
        "site_special",
        N_("Special site"),
        Choice("site_special", unknown=N_("None")),
        "anatom_site_special",
    ),
    CaseField(
        Lesion,
        "anatomic_site",
        N_("Exact site"),
        Choice("anatomic_site", words=exact_site_words),
        "anatom_site",
    ),
    CaseField(
        Lesion, "laterality", N_("Side"), Choice("laterality", is_capitalised=True), "naevus_laterality"
    ),
    CaseField(Lesion, "label", N_("Label"), Text(), "lesion_label", identifies=True),
    CaseField(
        Lesion, "tracking_uid", N_("DICOM Tracking UID"), Text(), None, identifies=True, is_entered=False
    ),
    CaseField(
        Lesion,
        "clin_size_long_diam_mm",
        N_("Longest diameter on the skin"),
        Number(lambda text, _today: case_fields.diameter_mm(text), "mm", N_("for example 6.5 mm")),
        "clin_size_long_diam_mm",
    ),
    CaseField(
        Patient,
        "fitzpatrick_skin_type",
        N_("Skin type (Fitzpatrick)"),
        Choice("fitzpatrick_skin_type", pattern=N_("Type {word}")),
        "fitzpatrick_skin_type",
        words=N_("skin type"),
    ),
    CaseField(Patient, "personal_hx_mm", N_("Melanoma before"), YesNo(), "personal_hx_mm"),
    CaseField(Patient, "family_hx_mm", N_("Melanoma in the family"), YesNo(), "family_hx_mm"),
    CaseField(
        Patient, "notes", N_("Notes on the patient"), Note(), "patient_notes", identifies=True, words="notes"
    ),
    CaseField(
        Lesion, "notes", N_("Notes on the lesion"), Note(), "lesion_notes", identifies=True, words="notes"
    ),
    CaseField(
        DermoscopicImage,
        "image_type",
        N_("Kind of image"),
        Choice("image_type"),
        "image_type",
        is_entered=False,
    ),
    CaseField(
        DermoscopicImage,
        "dermoscopic_type",
        N_("Dermoscopy"),
        Choice("dermoscopic_type"),
        "dermoscopic_type",
        is_entered=False,
    ),
)
"""In the order of the exported table's columns; the fields of one record stand in the order of its form."""


def fields_of(record: RecordType) -> tuple[CaseField, ...]:
    """Return the fields of a patient, lesion, visit or image."""
    return tuple(field for field in FIELDS if field.of is record)


def changed_fields(before: Edited, after: Edited) -> tuple[str, ...]:
    """Return the names of the fields that differ."""
    names = (field.name for field in fields(before))
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def field_edits(before: Edited, after: Edited, names: Collection[str] | None = None) -> tuple[FieldEdit, ...]:
    """Return what differs, with old and new values, for the audit trail; of some fields if they are named."""
    changed = changed_fields(before, after) if names is None else names
    edits = (FieldEdit(name, _kept(getattr(before, name)), _kept(getattr(after, name))) for name in changed)
    return tuple(edit for edit in edits if edit.old != edit.new)


def _kept(value: FieldValue) -> EditedValue:
    return value.isoformat() if isinstance(value, date) else value


def with_values(record: Edited, value_by_field: Mapping[CaseField, FieldValue]) -> Edited:
    """Return a record with other values in some of its fields."""
    named = {field.name: value for field, value in value_by_field.items()}
    return replace(record, **named)  # type: ignore[arg-type]  # each value is of its field's kind
