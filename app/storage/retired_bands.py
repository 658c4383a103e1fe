"""Lines of the work list that have a band of earlier versions, which hid how urgent the score is."""

from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain.triage import Band
from app.storage import mapping
from app.storage.database import WRITING, open_engine, storage_error
from app.storage.rows import CaseIndexRow, ScorePredictionRow

_IS_RETIRED: Final = CaseIndexRow.band.not_in([int(band) for band in Band])


def renew_retired_bands(database: Path) -> None:
    """Give such lines the band of their newest score; all at once, because there may be thousands.

    Raises:
        StorageError: the store cannot be read or written.
    """
    engine = open_engine(database)
    try:
        with Session(engine.execution_options(**{WRITING: False})) as session:
            is_due = session.scalar(select(CaseIndexRow.image_id).where(_IS_RETIRED).limit(1)) is not None
        if is_due:
            with Session(engine.execution_options(**{WRITING: True})) as session:
                _renew(session)
                session.commit()
    except SQLAlchemyError as error:
        raise storage_error(error) from error
    finally:
        engine.dispose()


def _renew(session: Session) -> None:
    newest = select(func.max(ScorePredictionRow.sequence)).group_by(ScorePredictionRow.image_id)
    query = (
        select(CaseIndexRow, ScorePredictionRow)
        .join(ScorePredictionRow, ScorePredictionRow.image_id == CaseIndexRow.image_id)
        .where(_IS_RETIRED, ScorePredictionRow.sequence.in_(newest))
    )
    for line, score in session.execute(query).all():
        mapping.note_priority(line, mapping.score_of(score).priority)
