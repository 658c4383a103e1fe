"""Whose an image is by the number in a table, where its own file told none."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.case import Case
from app.domain.fields import CaseField, fields_of
from app.domain.people.patient import Patient
from app.importers.tables.column_meanings import PATIENT_NUMBER
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.metadata.plan import FieldEntry, LineRefusal, PatientAssignment, PlannedChange
from app.usecases.metadata.record_claims import Claim, RecordClaims

if TYPE_CHECKING:
    from app.domain.ids import PatientId

_TELL_PERSONS_APART = ("name", "birth_year", "sex")


@dataclass(frozen=True, slots=True)
class NumberClaim:
    """A line that gives a patient number to the person of a case."""

    line: int
    subject: str
    case: Case
    number: str


class PatientNumbers:
    """Collects the numbers of a table, and finds the patients that they belong to.

    A patient who came without a number gets the table's. Where that number is another patient's already, the
    lesion is given to that patient. A patient who has a number keeps it: whose an image is then, is decided
    in the window.
    """

    def __init__(self) -> None:
        self._claims: dict[PatientId, list[NumberClaim]] = defaultdict(list)
        self.agreeing = 0

    def claim(self, claim: NumberClaim) -> None:
        """Take what a line says."""
        self._claims[claim.case.patient.id].append(claim)

    def resolve(
        self,
        work: UnitOfWork,
        claims: RecordClaims,
        changes: list[PlannedChange],
        refused: list[LineRefusal],
    ) -> None:
        """Add what the numbers change; claims about a patient follow a lesion that is given to another."""
        named: dict[str, Patient] = {}
        for own in self._claims.values():
            numbers = {claim.number for claim in own}
            patient, first = own[0].case.patient, own[0]
            if len(numbers) > 1:
                sentence = _("The table gives one patient several numbers: {names}.").format(
                    names=", ".join(sorted(numbers))
                )
                refused.extend(LineRefusal(claim.line, claim.subject, sentence) for claim in own)
            elif first.number in (patient.code, patient.issued_id):
                self.agreeing += len(own)
                named.setdefault(first.number, patient)
            elif not patient.has_made_up_code:
                sentence = _(
                    "The image is stored under patient {code}, and the table says {number}; "
                    "assign the lesion in the window if the table is right."
                ).format(code=patient.code, number=first.number)
                refused.extend(LineRefusal(claim.line, claim.subject, sentence) for claim in own)
            else:
                self._give(work, own, named, claims, changes, refused)

    def _give(
        self,
        work: UnitOfWork,
        own: list[NumberClaim],
        named: dict[str, Patient],
        claims: RecordClaims,
        changes: list[PlannedChange],
        refused: list[LineRefusal],
    ) -> None:
        first, patient = own[0], own[0].case.patient
        target = named.get(first.number) or work.cases.patient_by_code(first.number)
        if target is None:
            named[first.number] = patient
            entry = FieldEntry(patient.id, PATIENT_NUMBER, patient.code, first.number)
            changes.append(_change(first, patient, entry))
            return
        if (contradicting := _contradiction(patient, target)) is not None:
            sentence = _(
                "Patient {number} is stored with another {in_sentence} than the image's "
                "own patient, so they are kept apart."
            ).format(number=first.number, in_sentence=contradicting.in_sentence)
            refused.extend(LineRefusal(claim.line, claim.subject, sentence) for claim in own)
            return
        named[first.number] = target
        claims.move(patient, target, Claim(first.line, first.subject, PATIENT_NUMBER, first.number))
        for claim in {claim.case.lesion.id: claim for claim in own}.values():
            assignment = PatientAssignment(claim.case.lesion.id, patient.id, first.number)
            changes.append(_change(claim, patient, assignment))


def _change(claim: NumberClaim, patient: Patient, entry: FieldEntry | PatientAssignment) -> PlannedChange:
    return PlannedChange(
        claim.line,
        claim.subject,
        PATIENT_NUMBER.label,
        patient.code,
        claim.number,
        entry,
        contradicts=False,
    )


def _contradiction(patient: Patient, target: Patient) -> CaseField | None:
    """The first field by which two patients cannot be one person."""
    for field in fields_of(Patient):
        if field.name in _TELL_PERSONS_APART:
            one, other = field.value_in(patient), field.value_in(target)
            if one and other and one != other:
                return field
    return None
