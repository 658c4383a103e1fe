"""Brings the lines of the work list that earlier versions wrote up to date, once.

A line is kept beside what it is made from, so a new rule for bands reaches stored cases only when their lines
are written again. The database notes by which rules its lines were written (SQLite's ``user_version``).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain.analysis.triage import Band
from app.domain.ids import ImageId
from app.domain.revision import RevisionReason
from app.storage.database import WRITING, open_engine, storage_error
from app.storage.repositories import CaseRepository
from app.storage.rows import CaseIndexRow, MaskRevisionRow, ScorePredictionRow

LINE_RULES: Final = 3
"""Raised when the rules for lines change. 1: bands are held until accepted, and lesions have scores.
2: a predicted boundary that was found right is confirmed, not corrected.
3: a boundary whose correction was taken back is not corrected."""

_AT_A_TIME = 500

Renewing = Callable[[int, int], None]
"""Is told how many lines are renewed, and of how many."""


def unseen(_renewed: int, _of: int) -> None:
    """Show nobody how far a renewal is."""


def renew_lines(database: Path, renewing: Renewing = unseen) -> None:
    """Write the lines anew that today's rules may give otherwise, all of them or none.

    Those are lines of cases with several scores, one of which may hold its band; lines with a band of
    versions that hid it for "Check image"; lines of lesions with several images, which have a score too; and
    lines of boundaries that were confirmed, gone back from, or not signed.

    Raises:
        StorageError: the store cannot be read or written.
    """
    engine = open_engine(database)
    try:
        with Session(engine.execution_options(**{WRITING: False})) as session:
            is_due = _rules(session) < LINE_RULES
        if is_due:
            with Session(engine.execution_options(**{WRITING: True})) as session:
                _renew(session, renewing)
                session.connection().exec_driver_sql(f"PRAGMA user_version = {LINE_RULES}")
                session.commit()
    except SQLAlchemyError as error:
        raise storage_error(error) from error
    finally:
        engine.dispose()


def _rules(session: Session) -> int:
    return int(session.connection().exec_driver_sql("PRAGMA user_version").scalar_one())


def _renew(session: Session, renewing: Renewing) -> None:
    cases = CaseRepository(session)
    due = _due(session)
    for start in range(0, len(due), _AT_A_TIME):
        renewing(start, len(due))
        cases.renew_lines(due[start : start + _AT_A_TIME])
        session.expunge_all()


def _due(session: Session) -> list[ImageId]:
    scored_often = (
        select(ScorePredictionRow.image_id).group_by(ScorePredictionRow.image_id).having(func.count() > 1)
    )
    reasons = (RevisionReason.CONFIRMED.value, RevisionReason.RESET.value)
    judged = select(MaskRevisionRow.image_id).where(
        or_(MaskRevisionRow.reason.in_(reasons), MaskRevisionRow.is_signed.is_(False))
    )
    query = select(CaseIndexRow.image_id).where(
        or_(
            CaseIndexRow.band.not_in([int(band) for band in Band]),
            CaseIndexRow.lesion_image_count.is_distinct_from(0),
            CaseIndexRow.image_id.in_(scored_often),
            CaseIndexRow.image_id.in_(judged),
        )
    )
    return [ImageId(found) for found in session.scalars(query)]
