"""The audit trail in the domain's words, on one SQLAlchemy session."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.audit import AuditEvent, AuditKind
from app.domain.clock import Clock
from app.storage import mapping
from app.storage.rows import AuditEventRow


class AuditTrail:
    """Append-only record of acts, written in the transaction of the act."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def append(
        self,
        who: str,
        kind: AuditKind,
        subject: str,
        detail: str = "",
        *,
        fields: tuple[str, ...] = (),
        reverted_to: int | None = None,
        weights_sha256: str | None = None,
    ) -> AuditEvent:
        """Add an event with the next sequence number."""
        row = AuditEventRow(
            at=self._clock(),
            who=who,
            what=mapping.kind_text(kind, reverted_to),
            subject=subject,
            detail=mapping.detail_text(detail, fields),
            weights_sha256=weights_sha256,
        )
        self._session.add(row)
        self._session.flush()
        return mapping.event_of(row)

    def events(self, subject: str | None = None, limit: int = 1000) -> list[AuditEvent]:
        """Return the newest ``limit`` events, oldest first."""
        query = select(AuditEventRow).order_by(AuditEventRow.sequence.desc()).limit(limit)
        if subject is not None:
            query = query.where(AuditEventRow.subject == subject)
        return [mapping.event_of(row) for row in reversed(self._session.scalars(query).all())]
