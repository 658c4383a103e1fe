"""Doubts about who is who, as rows and as the repository over them; what a person said stays."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.errors import NotFoundError
from app.domain.ids import PatientId
from app.domain.people.identity import IdentityQuestion
from app.storage.rows import Row
from app.translation import _

_ID = String(32)


class IdentityQuestionRow(Row):
    """A patient who was kept apart from another one of the same number."""

    __tablename__ = "identity_doubt"
    newcomer_id: Mapped[str] = mapped_column(_ID, ForeignKey("patient.id"), primary_key=True)
    stored_id: Mapped[str] = mapped_column(_ID, ForeignKey("patient.id"))
    raised_at: Mapped[datetime]
    is_same: Mapped[bool | None]
    """NULL while nobody has said."""
    settled_by: Mapped[str | None]
    settled_at: Mapped[datetime | None]


class IdentityQuestions:
    """Patients kept apart from one of the same number, and what a person said about them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, question: IdentityQuestion) -> None:
        """Store a doubt about a new patient."""
        self._session.add(
            IdentityQuestionRow(
                newcomer_id=question.newcomer, stored_id=question.stored, raised_at=question.raised_at
            )
        )
        self._session.flush()

    def open(self) -> list[IdentityQuestion]:
        """Return the doubts that nobody has settled, the oldest first."""
        query = (
            select(IdentityQuestionRow)
            .where(IdentityQuestionRow.is_same.is_(None))
            .order_by(IdentityQuestionRow.raised_at, IdentityQuestionRow.newcomer_id)
        )
        return [_question_of(row) for row in self._session.scalars(query)]

    def of(self, newcomer: PatientId) -> IdentityQuestion | None:
        """Return the doubt about a patient, settled or not."""
        row = self._session.get(IdentityQuestionRow, newcomer)
        return None if row is None else _question_of(row)

    def settle(self, newcomer: PatientId, *, is_same: bool, who: str, at: datetime) -> None:
        """Store what a person said; raises NotFoundError."""
        row = self._session.get(IdentityQuestionRow, newcomer)
        if row is None:
            raise NotFoundError(_("There is no question about this patient in the case store any more."))
        row.is_same, row.settled_by, row.settled_at = is_same, who, at
        self._session.flush()

    def person_of(self, patient_id: PatientId) -> PatientId:
        """Return the patient whom a person called the same as this one, else the patient itself."""
        passed = {patient_id}
        row = self._session.get(IdentityQuestionRow, patient_id)
        while row is not None and row.is_same and row.stored_id not in passed:
            patient_id = PatientId(row.stored_id)
            passed.add(patient_id)
            row = self._session.get(IdentityQuestionRow, patient_id)
        return patient_id


def _question_of(row: IdentityQuestionRow) -> IdentityQuestion:
    return IdentityQuestion(PatientId(row.newcomer_id), PatientId(row.stored_id), row.raised_at)
