"""Holds a table against the case store: what would change, what is refused, and why."""

from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass, field

from app.domain.case import Case
from app.domain.errors import InvalidFieldError, NotFoundError
from app.domain.fields import CaseField, FieldValue
from app.domain.ids import ImageId
from app.domain.lesion import Lesion, Visit
from app.importers.tables.cell_values import CellReader
from app.importers.tables.column_meanings import PATIENT_NUMBER, ColumnMapping, DecisionColumn
from app.importers.tables.diagnosis_cells import confirmation_of, diagnosis_of
from app.importers.tables.metadata_table import MetadataTable, TableLine
from app.translation import N_, _
from app.usecases.cancellation import CancelToken
from app.usecases.metadata.line_matching import LineMatcher, MatchedBy, MatchedLine
from app.usecases.metadata.outcome_lines import OutcomeLines
from app.usecases.metadata.patient_numbers import NumberClaim, PatientNumbers
from app.usecases.metadata.plan import (
    DecisionEntry,
    LineRefusal,
    MetadataPlan,
    PlannedChange,
    sorted_by_line,
)
from app.usecases.metadata.record_claims import Claim, RecordClaims, RecordId
from app.usecases.progress import Progress
from app.usecases.services import Services

_LINES_AT_A_TIME = 500
_MOST_UNMATCHED_NAMED = 100
_NOT_FOUND = N_("No case of the work list is meant by this line.")


@dataclass
class _Draft:
    """A plan on its way."""

    changes: list[PlannedChange] = field(default_factory=list)
    refused: list[LineRefusal] = field(default_factory=list)
    decisions: dict[ImageId, list[PlannedChange]] = field(default_factory=dict)
    outcomes: dict[ImageId, list[PlannedChange]] = field(default_factory=dict)
    agreeing: int = 0
    lines: int = 0
    unmatched: list[LineRefusal] = field(default_factory=list)
    unmatched_count: int = 0


def plan_metadata(
    services: Services,
    table: MetadataTable,
    mapping: ColumnMapping,
    token: CancelToken,
    *,
    by: MatchedBy | None = None,
    among: Collection[ImageId] | None = None,
) -> Generator[Progress, None, MetadataPlan]:
    """Return what a table would change; nothing is stored.

    Args:
        services: the case store.
        table: the table.
        mapping: what its columns mean.
        token: asked between lines.
        by: what tells which case a line is about; None = whatever the columns hold.
        among: the only cases that may be meant; None = the whole work list.

    Raises:
        InvalidFieldError: no column tells which case is meant.
        UnreadableFileError: the table is damaged further down.
    """
    draft, notes = _Draft(), list[str]()
    matcher = LineMatcher(services, mapping, by, among)
    matched: list[MatchedLine] = []
    for line in table.lines(notes):
        draft.lines += 1
        if draft.lines % _LINES_AT_A_TIME == 1:
            yield Progress(0, 0, _("{name}: line {number}").format(name=table.path.name, number=line.number))
        if token.is_cancelled:
            break
        _match(matcher, line, matched, draft)
    now = services.clock()
    reader = CellReader(services.vocabulary, now.astimezone().date())
    outcomes = OutcomeLines(reader, mapping, now)
    claims = RecordClaims(services.vocabulary, reader.today)
    numbers = PatientNumbers()
    for start in range(0, len(matched), _LINES_AT_A_TIME):
        yield Progress(start, len(matched), _("Comparing with the stored cases"))
        if token.is_cancelled:
            break
        for one, cases in _with_cases(services, matched[start : start + _LINES_AT_A_TIME]):
            _Understanding(reader, mapping, matcher.by, draft, claims, numbers, outcomes).take(one, cases)
    _settle(draft, draft.decisions)
    _settle(draft, draft.outcomes)
    with services.store.reading() as work:
        numbers.resolve(work, claims, draft.changes, draft.refused)
        draft.agreeing += numbers.agreeing + claims.settle(work, draft.changes, draft.refused)
    return MetadataPlan(
        changes=tuple(sorted(draft.changes, key=lambda change: change.line)),
        refused=sorted_by_line(draft.refused),
        agreeing=draft.agreeing,
        lines=draft.lines,
        unmatched=draft.unmatched_count,
        unmatched_examples=tuple(draft.unmatched),
        notes=tuple(notes),
    )


def _settle(draft: _Draft, changes_by_image: dict[ImageId, list[PlannedChange]]) -> None:
    """Plan one decision or outcome per image; lines that contradict each other count for nothing."""
    for changes in changes_by_image.values():
        if all(change.entry == changes[0].entry for change in changes):
            draft.changes.append(changes[0])
            continue
        said = ", ".join(
            _("line {line} says {value_words}").format(line=change.line, value_words=change.new)
            for change in changes
        )
        sentence = _("{label}: The table contradicts itself: {said}.").format(
            label=changes[0].what, said=said
        )
        draft.refused.extend(LineRefusal(change.line, change.subject, sentence) for change in changes)


def _match(matcher: LineMatcher, line: TableLine, matched: list[MatchedLine], draft: _Draft) -> None:
    try:
        found = matcher.matched(line)
    except NotFoundError as error:
        draft.refused.append(LineRefusal(line.number, "", str(error)))
        return
    if found.image_ids:
        matched.append(found)
        return
    draft.unmatched_count += 1
    if len(draft.unmatched) < _MOST_UNMATCHED_NAMED:
        draft.unmatched.append(LineRefusal(line.number, found.subject, _(_NOT_FOUND)))


def _with_cases(
    services: Services, lines: Collection[MatchedLine]
) -> Iterator[tuple[MatchedLine, tuple[Case, ...]]]:
    wanted = tuple(dict.fromkeys(image_id for line in lines for image_id in line.image_ids))
    with services.store.reading() as work:
        case_by_id = dict(zip(wanted, work.cases.cases(wanted), strict=True))
    for line in lines:
        yield line, tuple(case_by_id[image_id] for image_id in line.image_ids)


@dataclass
class _Understanding:
    """Turns matched lines into claims about stored records."""

    reader: CellReader
    mapping: ColumnMapping
    by: MatchedBy | None
    draft: _Draft
    claims: RecordClaims
    numbers: PatientNumbers
    outcomes: OutcomeLines

    def take(self, matched: MatchedLine, cases: tuple[Case, ...]) -> None:
        """Claim what a line says about its cases."""
        for case in cases:
            self.claims.know(case)
        for case_field in self.mapping.fields:
            if case_field is PATIENT_NUMBER and self.by is MatchedBy.PATIENT:
                continue
            try:
                value = self.reader.value(case_field, self._cells(matched.line, case_field))
            except InvalidFieldError as error:
                self._refuse(matched, str(error), case_field.label)
                continue
            if value not in (None, ""):
                self._claim(matched, cases, case_field, value)
        self._take_decision(matched, cases)
        if len(cases) == 1:
            self._take_outcome(matched, cases[0])

    def _claim(
        self, matched: MatchedLine, cases: tuple[Case, ...], case_field: CaseField, value: FieldValue
    ) -> None:
        number, subject = matched.line.number, matched.subject
        if case_field is PATIENT_NUMBER:
            self.numbers.claim(NumberClaim(number, subject, cases[0], str(value)))
            return
        records = {_record_id(case, case_field) for case in cases}
        if len(records) > 1:
            what = "lesions" if case_field.of is Lesion else "visits"
            sentence = _("The patient has {count} {what}; name the image.").format(
                count=len(records), what=what
            )
            self._refuse(matched, sentence, case_field.label)
            return
        (record_id,) = records
        self.claims.claim(record_id, Claim(number, subject, case_field, value))

    def _take_decision(self, matched: MatchedLine, cases: tuple[Case, ...]) -> None:
        columns = self.mapping.columns_of(DecisionColumn.DIAGNOSIS)
        if not columns or len(cases) != 1:
            return
        vocabulary = self.reader.vocabulary
        cells = {column: matched.line.cells.get(column, "") for column in columns}
        try:
            diagnosis = diagnosis_of(cells, vocabulary)
            confirmed = self._confirmation(matched.line)
        except InvalidFieldError as error:
            self._refuse(matched, str(error), _("Diagnosis"))
            return
        if diagnosis is not None:
            self._decide(matched, cases[0], diagnosis, confirmed)

    def _confirmation(self, line: TableLine) -> str | None:
        columns = self.mapping.columns_of(DecisionColumn.CONFIRMED_BY)
        return confirmation_of(line.cells.get(columns[0], ""), self.reader.vocabulary) if columns else None

    def _decide(self, matched: MatchedLine, case: Case, diagnosis: str, confirmed: str | None) -> None:
        stored = case.decision
        if stored is not None and (stored.diagnosis, stored.diagnosis_confirm_type) == (diagnosis, confirmed):
            self.draft.agreeing += 1
            return
        change = PlannedChange(
            matched.line.number,
            matched.subject,
            _("Decision"),
            "" if stored is None else stored.diagnosis or stored.management or "recorded",
            diagnosis if confirmed is None else f"{diagnosis} ({confirmed})",
            DecisionEntry(case.image.id, None if stored is None else stored.id, diagnosis, confirmed),
            contradicts=stored is not None,
        )
        self.draft.decisions.setdefault(case.image.id, []).append(change)

    def _take_outcome(self, matched: MatchedLine, case: Case) -> None:
        stored = case.outcome
        try:
            entry = self.outcomes.entry(matched.line, case)
        except InvalidFieldError as error:
            self._refuse(matched, str(error), _("Outcome"))
            return
        if entry is None:
            return
        old = None if stored is None else (stored.diagnosis, stored.confirm_type, stored.known_on)
        if old == (entry.diagnosis, entry.confirmed_by, entry.known_on):
            self.draft.agreeing += 1
            return
        change = PlannedChange(
            matched.line.number,
            matched.subject,
            _("Outcome"),
            "" if stored is None else stored.diagnosis or "",
            entry.words,
            entry,
            contradicts=stored is not None,
        )
        self.draft.outcomes.setdefault(case.image.id, []).append(change)

    def _cells(self, line: TableLine, case_field: CaseField) -> dict[str, str]:
        return {column: line.cells.get(column, "") for column in self.mapping.columns_of(case_field)}

    def _refuse(self, matched: MatchedLine, sentence: str, what: str) -> None:
        self.draft.refused.append(LineRefusal(matched.line.number, matched.subject, f"{what}: {sentence}"))


def _record_id(case: Case, case_field: CaseField) -> RecordId:
    if case_field.of is Visit:
        return case.visit.id
    return case.lesion.id if case_field.of is Lesion else case.patient.id
