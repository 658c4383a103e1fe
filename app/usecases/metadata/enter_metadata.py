"""Enters the changes of a plan that a person has looked at, by the same edits as the forms make."""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from app.domain.case import Case
from app.domain.changes import Changes
from app.domain.errors import DomainError, StorageError
from app.domain.fields import with_values
from app.domain.ids import ImageId, LesionId, PatientId, VisitId
from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.storage.unit_of_work import UnitOfWork
from app.translation import N_, _
from app.usecases.cancellation import CancelToken
from app.usecases.cases.record_outcome import record_outcome
from app.usecases.cases.set_decision import set_decision
from app.usecases.metadata.plan import (
    DecisionEntry,
    FieldEntry,
    LineRefusal,
    OutcomeEntry,
    PatientAssignment,
    PlannedChange,
    sorted_by_line,
)
from app.usecases.patients.edit_lesion import assign_lesion, edit_lesion
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.patients.edit_visit import edit_visit
from app.usecases.progress import Progress
from app.usecases.services import Services

_CHANGED_MEANWHILE = N_("Somebody changed the same field since the table was looked at.")
_DECIDED_MEANWHILE = N_("Somebody decided on the case since the table was looked at.")
_KNOWN_MEANWHILE = N_("Somebody entered another outcome of the lesion since the table was looked at.")
_REMOVED_MEANWHILE = N_("The case was removed from the work list since the table was looked at.")


@dataclass(frozen=True, slots=True)
class EnteredMetadata:
    """What was entered, and what the case store refused after all."""

    entered: tuple[PlannedChange, ...]
    refused: tuple[LineRefusal, ...]
    changes: Changes = field(default_factory=Changes)
    is_whole: bool = True
    """False when the person stopped it; what was entered before is kept."""


_Step: TypeAlias = tuple[tuple[PlannedChange, ...], Callable[[], Changes]]


def enter_metadata(
    services: Services, chosen: Sequence[PlannedChange], token: CancelToken
) -> Generator[Progress, None, EnteredMetadata]:
    """Store changes, one record after the other, each signed in the history like an edit in the form."""
    entered: list[PlannedChange] = []
    refused: list[LineRefusal] = []
    changes, done = Changes(), 0
    for together, act in _steps(services, chosen):
        yield Progress(done, len(chosen), together[0].subject)
        if token.is_cancelled:
            break
        try:
            changes |= act()
            entered += together
        except DomainError as error:
            refused += [LineRefusal(one.line, one.subject, f"{one.what}: {error}") for one in together]
        done += len(together)
    yield Progress(done, len(chosen), "")
    return EnteredMetadata(tuple(entered), sorted_by_line(refused), changes, is_whole=done == len(chosen))


def _steps(services: Services, chosen: Sequence[PlannedChange]) -> Iterator[_Step]:
    """Patients before the lesions that are given to them, decisions and outcomes last."""
    edits: dict[PatientId | LesionId | VisitId, list[PlannedChange]] = defaultdict(list)
    assignments: list[PlannedChange] = []
    decisions: list[PlannedChange] = []
    outcomes: list[PlannedChange] = []
    for change in chosen:
        match change.entry:
            case FieldEntry(record_id=record_id):
                edits[record_id].append(change)
            case PatientAssignment():
                assignments.append(change)
            case DecisionEntry():
                decisions.append(change)
            case OutcomeEntry():
                outcomes.append(change)
    for of in (Patient, Lesion, Visit):
        for together in edits.values():
            entry = together[0].entry
            if isinstance(entry, FieldEntry) and entry.field.of is of:
                yield tuple(together), _edit(services, together)
        if of is Patient:
            yield from (((one,), _assign(services, one)) for one in assignments)
    yield from (((one,), _decide(services, one)) for one in decisions)
    yield from (((one,), _enter_outcome(services, one)) for one in outcomes)


def _edit(services: Services, together: Sequence[PlannedChange]) -> Callable[[], Changes]:
    entries = [change.entry for change in together if isinstance(change.entry, FieldEntry)]
    values = {entry.field: entry.value for entry in entries}

    def act() -> Changes:
        with services.store.reading() as work:
            stored = _record(work, entries[0])
        if any(entry.field.value_in(stored) != entry.stored for entry in entries):
            raise StorageError(_(_CHANGED_MEANWHILE))
        match stored:
            case Patient():
                return edit_patient(services, stored, with_values(stored, values))
            case Lesion():
                return edit_lesion(services, stored, with_values(stored, values))
            case Visit():
                return edit_visit(services, stored, with_values(stored, values))

    return act


def _record(work: UnitOfWork, entry: FieldEntry) -> Patient | Lesion | Visit:
    if entry.field.of is Patient:
        return work.cases.patient(PatientId(entry.record_id))
    if entry.field.of is Lesion:
        return work.cases.lesion(LesionId(entry.record_id))
    return work.cases.visit(VisitId(entry.record_id))


def _assign(services: Services, change: PlannedChange) -> Callable[[], Changes]:
    entry = change.entry
    assert isinstance(entry, PatientAssignment)
    return lambda: assign_lesion(services, entry.lesion_id, entry.patient_code)


def _listed_case(work: UnitOfWork, image_id: ImageId) -> Case:
    if work.cases.is_hidden(image_id):
        raise StorageError(_(_REMOVED_MEANWHILE))
    return work.cases.case(image_id)


def _decide(services: Services, change: PlannedChange) -> Callable[[], Changes]:
    entry = change.entry
    assert isinstance(entry, DecisionEntry)

    def act() -> Changes:
        with services.store.reading() as work:
            decision = _listed_case(work, entry.image_id).decision
        if (None if decision is None else decision.id) != entry.stored:
            raise StorageError(_(_DECIDED_MEANWHILE))
        return set_decision(
            services, entry.image_id, diagnosis=entry.diagnosis, diagnosis_confirm_type=entry.confirmed_by
        )

    return act


def _enter_outcome(services: Services, change: PlannedChange) -> Callable[[], Changes]:
    entry = change.entry
    assert isinstance(entry, OutcomeEntry)
    wanted = (entry.diagnosis, entry.confirmed_by, entry.known_on)

    def act() -> Changes:
        with services.store.reading() as work:
            stored = _listed_case(work, entry.image_id).outcome
        if stored is not None and (stored.diagnosis, stored.confirm_type, stored.known_on) == wanted:
            # A line about another image of the lesion has entered it for all of them.
            return Changes()
        if (None if stored is None else stored.id) != entry.stored:
            raise StorageError(_(_KNOWN_MEANWHILE))
        return record_outcome(
            services,
            entry.image_id,
            diagnosis=entry.diagnosis,
            confirm_type=entry.confirmed_by,
            known_on=entry.known_on,
        )

    return act
