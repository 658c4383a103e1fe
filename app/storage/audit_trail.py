"""The audit trail in the domain's words, on one SQLAlchemy session."""

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.domain.act_filter import ActFilter
from app.domain.audit import AuditEvent, AuditKind, FieldEdit
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
        edits: tuple[FieldEdit, ...] = (),
        reverted_to: int | None = None,
        weights_sha256: str | None = None,
    ) -> AuditEvent:
        """Add an event with the next sequence number."""
        row = AuditEventRow(
            at=self._clock(),
            who=who,
            what=mapping.kind_text(kind, reverted_to),
            subject=subject,
            detail=mapping.detail_text(detail, fields, edits),
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

    def newest(self, wanted: ActFilter, *, before: int | None = None, limit: int = 200) -> list[AuditEvent]:
        """Return acts newest first; ``before`` is the sequence number that they come before."""
        query = select(AuditEventRow).where(*_matching(wanted))
        if before is not None:
            query = query.where(AuditEventRow.sequence < before)
        rows = self._session.scalars(query.order_by(AuditEventRow.sequence.desc()).limit(limit))
        return [mapping.event_of(row) for row in rows]

    def count(self, wanted: ActFilter) -> int:
        """Return how many acts there are."""
        query = select(func.count()).select_from(AuditEventRow).where(*_matching(wanted))
        return self._session.scalar(query) or 0

    def people(self) -> list[str]:
        """Return everybody who did something, in the order of the alphabet."""
        return sorted(self._session.scalars(select(AuditEventRow.who).distinct()))


def _matching(wanted: ActFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.who is not None:
        conditions.append(AuditEventRow.who == wanted.who)
    if wanted.kind is not None:
        # A return to an earlier revision is stored with the number of that revision behind it.
        numbered = AuditEventRow.what.startswith(f"{wanted.kind.value} ", autoescape=True)
        is_kind = AuditEventRow.what == wanted.kind.value
        conditions.append(or_(is_kind, numbered) if wanted.kind is AuditKind.MASK_REVERTED else is_kind)
    if wanted.since is not None:
        conditions.append(AuditEventRow.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(AuditEventRow.at < wanted.until)
    if wanted.subjects is not None:
        conditions.append(AuditEventRow.subject.in_(wanted.subjects))
    return conditions
