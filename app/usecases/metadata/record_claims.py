"""What the lines of a table say about each stored record, settled into changes once all are read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from app.domain.anatomic_sites import check_anatomic_site, with_general_site
from app.domain.case import Case
from app.domain.case_checks import check_age, check_birth, check_lesion, check_patient, check_visit
from app.domain.errors import InvalidFieldError
from app.domain.fields import CaseField, FieldValue, fields_of, with_values
from app.domain.ids import LesionId, PatientId, VisitId
from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.domain.vocabulary import Vocabulary
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.metadata.plan import FieldEntry, LineRefusal, PlannedChange, value_words
from app.usecases.patients.edit_patient import visits_of_patient
from app.usecases.patients.visit_date import is_day_of_import

RecordId: TypeAlias = PatientId | LesionId | VisitId
_Edited: TypeAlias = Patient | Lesion | Visit


@dataclass(frozen=True, slots=True)
class Claim:
    """What a line says about a field of a record."""

    line: int
    subject: str
    field: CaseField
    value: FieldValue


class RecordClaims:
    """Collects claims by record; lines that contradict each other count for nothing."""

    def __init__(self, vocabulary: Vocabulary, today: date) -> None:
        self._vocabulary = vocabulary
        self._today = today
        self._claims: dict[RecordId, dict[CaseField, list[Claim]]] = defaultdict(lambda: defaultdict(list))
        self._stored: dict[RecordId, _Edited] = {}
        self._planned: dict[RecordId, _Edited] = {}
        self._owner: dict[PatientId, PatientId] = {}
        """To whom the lesions of a patient are given."""
        self._undated: set[RecordId] = set()
        """Visits that have the day of import, which may not be that of the photograph."""

    def know(self, case: Case) -> None:
        """Remember the records of a case."""
        for record in (case.patient, case.lesion, case.visit):
            self._stored.setdefault(record.id, record)
        if is_day_of_import(case):
            self._undated.add(case.visit.id)

    def claim(self, record_id: RecordId, claim: Claim) -> None:
        """Take what a line says."""
        self._claims[record_id][claim.field].append(claim)

    def move(self, patient: Patient, target: Patient, claim: Claim) -> None:
        """Give the claims about a patient to another one, with what is stored of the first.

        Args:
            patient: whose lesion is given away.
            target: whose lesion it is from then on.
            claim: the line that says so.
        """
        self._stored.setdefault(target.id, target)
        self._owner[patient.id] = target.id
        said = self._claims.pop(patient.id, {})
        for field in fields_of(Patient):
            value = field.value_in(patient)
            if field.name != claim.field.name and value not in (None, "") and field not in said:
                self.claim(target.id, replace(claim, field=field, value=value))
        for claims in said.values():
            for one in claims:
                self.claim(target.id, one)

    def settle(self, work: UnitOfWork, changes: list[PlannedChange], refused: list[LineRefusal]) -> int:
        """Add what changes and what is refused; return how many values are stored already."""
        agreeing, wanted = 0, dict[RecordId, dict[CaseField, Claim]]()
        for record_id, claims_by_field in self._claims.items():
            record = self._stored[record_id]
            for field, claims in claims_by_field.items():
                if (claim := _only_claim(claims, refused)) is None:
                    continue
                if field.value_in(record) == claim.value:
                    agreeing += len(claims)
                else:
                    wanted.setdefault(record_id, {})[field] = claim
        for record_id, claim_by_field in wanted.items():
            self._refuse_unfit(work, record_id, claim_by_field, refused)
        for record_id, claim_by_field in wanted.items():
            changes.extend(self._change(record_id, claim) for claim in claim_by_field.values())
        return agreeing

    def _refuse_unfit(
        self,
        work: UnitOfWork,
        record_id: RecordId,
        claim_by_field: dict[CaseField, Claim],
        refused: list[LineRefusal],
    ) -> None:
        """Take out the claims with which the record may not be stored."""
        while claim_by_field:
            values = {field: claim.value for field, claim in claim_by_field.items()}
            try:
                edited = self._checked(work, self._stored[record_id], values)
            except InvalidFieldError as error:
                named = [field for field in claim_by_field if field.name == error.field]
                for field in named or list(claim_by_field):
                    claim = claim_by_field.pop(field)
                    refused.append(LineRefusal(claim.line, claim.subject, f"{field.label}: {error}"))
            else:
                self._planned[record_id] = edited
                return

    def _checked(self, work: UnitOfWork, stored: _Edited, values: Mapping[CaseField, FieldValue]) -> _Edited:
        """A record with other values; raises InvalidFieldError when it may not be stored like that."""
        match stored:
            case Patient():
                patient = with_values(stored, values)
                check_patient(patient, self._vocabulary, today=self._today)
                for visit in self._visits(work, patient):
                    check_birth(patient, visit, edited="birth_year")
                    check_age(patient, visit, edited="birth_year")
                return patient
            case Lesion():
                sites = self._vocabulary.anatomic_sites
                lesion = with_general_site(stored, with_values(stored, values), sites)
                check_anatomic_site(lesion, sites, before=stored)
                check_lesion(lesion, self._vocabulary)
                return lesion
            case Visit():
                visit = with_values(stored, values)
                check_visit(visit, today=self._today)
                patient = self._patient_of(work, visit)
                check_birth(patient, visit)
                check_age(patient, visit)
                return visit

    def _visits(self, work: UnitOfWork, patient: Patient) -> Iterator[Visit]:
        if patient.birth_year is None:
            return
        for visit in visits_of_patient(work, patient.id):
            known = self._planned.get(visit.id, visit)
            yield known if isinstance(known, Visit) else visit

    def _patient_of(self, work: UnitOfWork, visit: Visit) -> Patient:
        patient_id = work.cases.lesion(visit.lesion_id).patient_id
        patient_id = self._owner.get(patient_id, patient_id)
        known = self._planned.get(patient_id) or self._stored.get(patient_id)
        return known if isinstance(known, Patient) else work.cases.patient(patient_id)

    def _change(self, record_id: RecordId, claim: Claim) -> PlannedChange:
        stored = claim.field.value_in(self._stored[record_id])
        return PlannedChange(
            claim.line,
            claim.subject,
            claim.field.label,
            value_words(claim.field, stored),
            value_words(claim.field, claim.value),
            FieldEntry(record_id, claim.field, stored, claim.value),
            contradicts=stored not in (None, "") and record_id not in self._undated_fields(claim.field),
        )

    def _undated_fields(self, field: CaseField) -> set[RecordId]:
        return self._undated if field.name == "visited_on" else set()


def _only_claim(claims: list[Claim], refused: list[LineRefusal]) -> Claim | None:
    """The first of claims that all say the same; contradicting ones are refused."""
    first = claims[0]
    if all(claim.value == first.value for claim in claims):
        return first
    said = ", ".join(
        _("line {line} says {value_words}").format(
            line=claim.line, value_words=value_words(claim.field, claim.value)
        )
        for claim in {claim.value: claim for claim in reversed(claims)}.values()
    )
    refused.extend(
        LineRefusal(
            claim.line,
            claim.subject,
            _("{label}: The table contradicts itself: {said}.").format(label=claim.field.label, said=said),
        )
        for claim in claims
    )
    return None
