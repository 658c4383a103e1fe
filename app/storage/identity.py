"""Doubts about who is who, as rows and as the repository over them; what a person said stays."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.errors import NotFoundError
from app.domain.ids import PatientId
from app.domain.people.identity import IdentityDoubt
from app.storage.rows import Row

_ID = String(32)


class IdentityDoubtRow(Row):
    """A patient who was kept apart from another one of the same number."""

    __tablename__ = "identity_doubt"
    newcomer_id: Mapped[str] = mapped_column(_ID, ForeignKey("patient.id"), primary_key=True)
    stored_id: Mapped[str] = mapped_column(_ID, ForeignKey("patient.id"))
    raised_at: Mapped[datetime]
    is_same: Mapped[bool | None]
    """NULL while nobody has said."""
    settled_by: Mapped[str | None]
    settled_at: Mapped[datetime | None]


class SqlIdentityDoubts:
    """Doubts about who is who on one SQLAlchemy session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, doubt: IdentityDoubt) -> None:
        """Store a doubt about a new patient."""
        self._session.add(
            IdentityDoubtRow(newcomer_id=doubt.newcomer, stored_id=doubt.stored, raised_at=doubt.raised_at)
        )
        self._session.flush()

    def open(self) -> list[IdentityDoubt]:
        """Return the doubts that nobody has settled, the oldest first."""
        query = (
            select(IdentityDoubtRow)
            .where(IdentityDoubtRow.is_same.is_(None))
            .order_by(IdentityDoubtRow.raised_at, IdentityDoubtRow.newcomer_id)
        )
        return [_doubt_of(row) for row in self._session.scalars(query)]

    def of(self, newcomer: PatientId) -> IdentityDoubt | None:
        """Return the doubt about a patient, settled or not."""
        row = self._session.get(IdentityDoubtRow, newcomer)
        return None if row is None else _doubt_of(row)

    def settle(self, newcomer: PatientId, *, is_same: bool, who: str, at: datetime) -> None:
        """Store what a person said."""
        row = self._session.get(IdentityDoubtRow, newcomer)
        if row is None:
            raise NotFoundError("There is no question about this patient in the case store any more.")
        row.is_same, row.settled_by, row.settled_at = is_same, who, at
        self._session.flush()

    def person_of(self, patient_id: PatientId) -> PatientId:
        """Return the patient whom a person called the same as this one, else the patient itself."""
        passed = {patient_id}
        row = self._session.get(IdentityDoubtRow, patient_id)
        while row is not None and row.is_same and row.stored_id not in passed:
            patient_id = PatientId(row.stored_id)
            passed.add(patient_id)
            row = self._session.get(IdentityDoubtRow, patient_id)
        return patient_id


def _doubt_of(row: IdentityDoubtRow) -> IdentityDoubt:
    return IdentityDoubt(PatientId(row.newcomer_id), PatientId(row.stored_id), row.raised_at)
