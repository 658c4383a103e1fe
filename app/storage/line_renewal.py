"""Brings the places of cases that earlier versions wrote into the work list up to date, once.

A line is kept beside what it is made from, so a new rule for bands reaches stored cases only when their lines
are written again. The database notes by which rules its lines were written (SQLite's ``user_version``).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain.ids import PredictionId, RevisionId
from app.domain.standing_priority import BAND_ACCEPTED, standing_priority, standing_score
from app.domain.triage import Band
from app.storage import mapping
from app.storage.database import WRITING, open_engine, storage_error
from app.storage.rows import AuditEventRow, CaseIndexRow, MaskRevisionRow, ScorePredictionRow

LINE_RULES: Final = 1
"""Raised when the rules that give a stored case its place change. 1: bands are held until accepted."""

_AT_A_TIME = 1000


def renew_lines(database: Path) -> None:
    """Write the places anew that today's rules may give otherwise; a few seconds for 100,000 cases.

    Those are the places of cases with several scores, one of which may hold its band, and of lines with a
    band of versions that hid it for "Check image".

    Raises:
        StorageError: the store cannot be read or written.
    """
    engine = open_engine(database)
    try:
        with Session(engine.execution_options(**{WRITING: False})) as session:
            is_due = _rules(session) < LINE_RULES
        if is_due:
            with Session(engine.execution_options(**{WRITING: True})) as session:
                _renew(session)
                session.connection().exec_driver_sql(f"PRAGMA user_version = {LINE_RULES}")
                session.commit()
    except SQLAlchemyError as error:
        raise storage_error(error) from error
    finally:
        engine.dispose()


def _rules(session: Session) -> int:
    return int(session.connection().exec_driver_sql("PRAGMA user_version").scalar_one())


def _renew(session: Session) -> None:
    scored_often = (
        select(ScorePredictionRow.image_id).group_by(ScorePredictionRow.image_id).having(func.count() > 1)
    )
    is_retired = CaseIndexRow.band.not_in([int(band) for band in Band])
    # Without a probability a score is withheld or missing, and so is a place among the bands.
    due = select(CaseIndexRow.image_id).where(
        CaseIndexRow.probability.is_not(None), or_(is_retired, CaseIndexRow.image_id.in_(scored_often))
    )
    image_ids = session.scalars(due).all()
    for start in range(0, len(image_ids), _AT_A_TIME):
        _renew_some(session, image_ids[start : start + _AT_A_TIME])
        session.flush()
        session.expunge_all()


def _renew_some(session: Session, image_ids: Sequence[str]) -> None:
    scores_by_image = _by_image(
        session.scalars(
            select(ScorePredictionRow)
            .where(ScorePredictionRow.image_id.in_(image_ids))
            .order_by(ScorePredictionRow.sequence)
        )
    )
    drawn = frozenset(
        map(
            RevisionId,
            session.scalars(select(MaskRevisionRow.id).where(MaskRevisionRow.image_id.in_(image_ids))),
        )
    )
    accepted = frozenset(
        map(
            PredictionId,
            session.scalars(
                select(AuditEventRow.detail).where(
                    AuditEventRow.subject.in_(image_ids), AuditEventRow.what == BAND_ACCEPTED
                )
            ),
        )
    )
    for line in session.scalars(select(CaseIndexRow).where(CaseIndexRow.image_id.in_(image_ids))):
        scores = [mapping.score_of(row) for row in scores_by_image[line.image_id]]
        standing = standing_score(scores, accepted, drawn)
        mapping.note_place(line, standing_priority(scores, accepted, drawn), standing)


def _by_image(rows: Iterable[ScorePredictionRow]) -> defaultdict[str, list[ScorePredictionRow]]:
    found: defaultdict[str, list[ScorePredictionRow]] = defaultdict(list)
    for row in rows:
        found[row.image_id].append(row)
    return found
