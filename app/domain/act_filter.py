"""Which acts of the audit trail are asked for."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.audit import AuditKind


@dataclass(frozen=True, slots=True)
class ActFilter:
    """Every part narrows the acts; one that is None asks for all."""

    who: str | None = None
    kind: AuditKind | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Acts of this moment are left out."""
    subjects: tuple[str, ...] | None = None
    """Identifiers of images, visits, lesions and patients."""
