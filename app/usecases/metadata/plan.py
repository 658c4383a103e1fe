"""What a table would change in the case store, line by line, and what of it is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from app.domain.fields import CaseField, Choice, FieldValue, Number
from app.domain.ids import DecisionId, ImageId, LesionId, OutcomeId, PatientId, VisitId
from app.translation import _, day_text, in_numerals


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """A value for a field of a stored patient, lesion or visit."""

    record_id: PatientId | LesionId | VisitId
    field: CaseField
    stored: FieldValue
    value: FieldValue


@dataclass(frozen=True, slots=True)
class PatientAssignment:
    """A lesion that turns out to be a known patient's."""

    lesion_id: LesionId
    stored: PatientId
    patient_code: str


@dataclass(frozen=True, slots=True)
class DecisionEntry:
    """A diagnosis that a person records as their decision on an image."""

    image_id: ImageId
    stored: DecisionId | None
    """The decision that it takes the place of."""
    diagnosis: str
    confirmed_by: str | None


@dataclass(frozen=True, slots=True)
class OutcomeEntry:
    """What became of the lesion of an image."""

    image_id: ImageId
    stored: OutcomeId | None
    """The outcome that it takes the place of."""
    diagnosis: str
    confirmed_by: str
    known_on: date

    @property
    def words(self) -> str:
        """Return it as a person reads it."""
        return f"{self.diagnosis} ({self.confirmed_by}), {day_text(self.known_on)}"


Entry: TypeAlias = FieldEntry | PatientAssignment | DecisionEntry | OutcomeEntry


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One change, with the words in which it is shown."""

    line: int
    subject: str
    """The image file or patient number that the line names."""
    what: str
    """The field's label."""
    old: str
    new: str
    entry: Entry
    contradicts: bool
    """Whether something else is stored, so that a person has to choose."""

    @property
    def is_decision(self) -> bool:
        """Say whether a person signs it as their decision."""
        return isinstance(self.entry, DecisionEntry)


@dataclass(frozen=True, slots=True)
class LineRefusal:
    """What of a line is not taken, and why."""

    line: int
    subject: str
    sentence: str


@dataclass(frozen=True, slots=True)
class MetadataPlan:
    """Everything that a table would do."""

    changes: tuple[PlannedChange, ...] = ()
    refused: tuple[LineRefusal, ...] = ()
    agreeing: int = 0
    """Values that are stored already."""
    lines: int = 0
    """Lines of the table."""
    unmatched: int = 0
    """Lines that name no case of the work list."""
    unmatched_examples: tuple[LineRefusal, ...] = ()
    """The first of them."""
    notes: tuple[str, ...] = ()
    """Sentences about how the table was read."""

    @property
    def additions(self) -> tuple[PlannedChange, ...]:
        """Return the changes that fill what is empty."""
        return tuple(change for change in self.changes if not change.contradicts)

    @property
    def contradictions(self) -> tuple[PlannedChange, ...]:
        """Return the changes that would replace another value."""
        return tuple(change for change in self.changes if change.contradicts)

    def chosen(self, *, replaces: bool, with_decisions: bool) -> tuple[PlannedChange, ...]:
        """Return the changes to enter: contradicting ones and decisions only where the person wants them."""
        return tuple(
            change
            for change in self.changes
            if (replaces or not change.contradicts) and (with_decisions or not change.is_decision)
        )


def value_words(field: CaseField, value: FieldValue) -> str:
    """Return a field's value as a person reads it, "" where nothing is known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(field.kind, Number) and isinstance(value, int | float):
        return in_numerals(field.kind.text(value))
    if isinstance(field.kind, Choice):
        return field.kind.shown(str(value))
    return str(value)


def sorted_by_line(refusals: Iterable[LineRefusal]) -> tuple[LineRefusal, ...]:
    """Return refusals in the order of the table."""
    return tuple(sorted(refusals, key=lambda refusal: refusal.line))
